import { type Mask, type MaskKind, maskKinds } from '@snowfence/core'

const withhold: Mask = { kind: 'withhold' }

// These hide any value whatever it is. The others keep a part, and which part is safe depends on what the value is:
// the last four of an SSN are not the last four of a ZIP code.
const hidesAnything = new Set<MaskKind>(['withhold', 'redact', 'random', 'token'])

/**
 * The mask that shows least of a value that all of these apply to; `null` when none does. The earlier kind in
 * `maskKinds` wins; settings of one kind that cannot be compared, and two kinds that each keep another part, end in
 * `withhold`. It is a function of the set, so order never matters and one mask more never shows more.
 */
export const strictestMask = (masks: readonly Mask[]): Mask | null => {
  const byKind = new Map<MaskKind, Mask>()
  for (const mask of masks) {
    const known = byKind.get(mask.kind)
    if (known === undefined || showsNoMore(mask, known)) byKind.set(mask.kind, mask)
  }
  // INVARIANT: one mask of a kind shows no more than any other of its kind, or none does.
  if (masks.some((mask) => !showsNoMore(byKind.get(mask.kind)!, mask))) return withhold
  const kinds = maskKinds.filter((kind) => byKind.has(kind))
  if (kinds.filter((kind) => !hidesAnything.has(kind)).length > 1) return withhold
  return byKind.get(kinds[0]!) ?? null
}

/** Whether `left` shows no more of any value than `right`, which is of the same kind. */
const showsNoMore = (left: Mask, right: Mask): boolean => {
  switch (left.kind) {
    case 'partial':
      return right.kind === left.kind && left.keepFirst <= right.keepFirst && left.keepLast <= right.keepLast
    case 'token':
      return right.kind === left.kind && (left.scope === 'session' || right.scope === 'policy')
    case 'bucket':
      return right.kind === left.kind && Number.isInteger(left.size / right.size)
    case 'round':
      return right.kind === left.kind && left.digits <= right.digits
    case 'redact':
      return right.kind === left.kind && left.text === right.text
    case 'withhold':
    case 'random':
    case 'year':
    case 'zip3':
    case 'age':
    case 'email-domain':
    case 'scrub':
    case 'format':
      return right.kind === left.kind
    default:
      return left satisfies never
  }
}
