import { type Mask, maskAppliesTo, SnowfenceError, type TypeFamily, typeFamilyOf } from '@snowfence/core'
import type { ApplyMask } from './cell-mask.ts'
import { createKeyedHash } from './keyed-hash.ts'
import { compileAge } from './masks/age.ts'
import { compileBucket } from './masks/bucket.ts'
import { compileEmailDomain } from './masks/email-domain.ts'
import { compileFormat } from './masks/format.ts'
import { compilePartial } from './masks/partial.ts'
import { compileRandom } from './masks/random.ts'
import { compileRound } from './masks/round.ts'
import { compileScrub, type FindIdentifiers } from './masks/scrub.ts'
import { compileToken } from './masks/token.ts'
import { compileYear } from './masks/year.ts'
import { compileZip3 } from './masks/zip3.ts'
import type { RandomVault } from './random-vault.ts'
import type { RestrictedZip3 } from './restricted-zip3.ts'

/** What masks need beside the value. */
export interface MaskMaterial {
  readonly keys: { readonly session: Uint8Array; readonly policy: Uint8Array }
  /** The day that ages and the 90-or-over rule are reckoned by, in UTC. */
  readonly asOf: Date
  readonly random: RandomVault | null
  readonly zip3: RestrictedZip3
  readonly findInFreeText: FindIdentifiers
}

export interface CompiledMask {
  /** The one value that every non-null cell gets, where the mask does not look at the cell. */
  readonly constant: { readonly value: string | null } | null
  readonly apply: ApplyMask
  /** The type of what comes out, as the driver names types. */
  readonly outputType: string
}

const constant = (value: string | null, outputType: string): CompiledMask => ({
  constant: { value },
  apply: () => value,
  outputType,
})

const textMasks: readonly Mask['kind'][] = [
  'redact',
  'random',
  'token',
  'partial',
  'zip3',
  'year',
  'age',
  'email-domain',
]

/** A VARIANT stays one whatever scalar it holds; otherwise a mask that writes text makes a text column. */
const outputTypeOf = (mask: Mask, type: string, family: TypeFamily): string => {
  if (family === 'semi-structured' && mask.kind !== 'redact') return type
  return textMasks.includes(mask.kind) ? 'text' : type
}

/**
 * Compiles a mask for a column of a type. A mask that can show nothing of the type withholds every value.
 *
 * @param domain tokens of different domains are unrelated: the same number as an SSN and as an MRN has two tokens
 * @throws ERR_MASK_UNKNOWN, ERR_MASK_MATERIAL_MISSING
 */
export const compileMask = (
  mask: Mask,
  type: string,
  domain: string,
  material: MaskMaterial,
): CompiledMask => {
  const family = typeFamilyOf(type)
  if (mask.kind === 'withhold' || (isKnown(mask) && !maskAppliesTo(mask.kind, type)))
    return constant(null, type)
  const outputType = outputTypeOf(mask, type, family)
  if (mask.kind === 'redact') return constant(mask.text, outputType)
  return { constant: null, apply: applierOf(mask, domain, material), outputType }
}

const applierOf = (
  mask: Exclude<Mask, { kind: 'withhold' | 'redact' }>,
  domain: string,
  material: MaskMaterial,
): ApplyMask => {
  switch (mask.kind) {
    case 'partial':
      return compilePartial(mask.keepFirst, mask.keepLast)
    case 'token':
      return compileToken(
        createKeyedHash(material.keys[mask.scope], `snowfence token ${mask.scope} ${domain}`),
      )
    case 'random':
      if (material.random === null) {
        throw new SnowfenceError('ERR_MASK_MATERIAL_MISSING', { message: 'the mask `random` needs a vault' })
      }
      return compileRandom(material.random, domain)
    case 'format':
      return compileFormat(createKeyedHash(material.keys.session, `snowfence format ${domain}`))
    case 'year':
      return compileYear(material.asOf)
    case 'age':
      return compileAge(material.asOf)
    case 'zip3':
      return compileZip3(material.zip3)
    case 'bucket':
      return compileBucket(mask.size)
    case 'round':
      return compileRound(mask.digits)
    case 'email-domain':
      return compileEmailDomain()
    case 'scrub':
      return compileScrub({ find: material.findInFreeText, passesOtherScalars: false })
    default:
      throw unknownMask(mask satisfies never)
  }
}

const knownKinds: Readonly<Record<Mask['kind'], true>> = {
  withhold: true,
  redact: true,
  partial: true,
  token: true,
  random: true,
  year: true,
  zip3: true,
  age: true,
  bucket: true,
  round: true,
  'email-domain': true,
  scrub: true,
  format: true,
}
const isKnown = (mask: Mask): boolean => Object.hasOwn(knownKinds, mask.kind)

const unknownMask = (mask: { readonly kind?: unknown }) =>
  new SnowfenceError('ERR_MASK_UNKNOWN', { message: `the mask \`${String(mask.kind)}\` is not known` })
