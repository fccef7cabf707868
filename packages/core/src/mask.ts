import * as z from 'zod'

/**
 * A transform of a column's values, in normal form. Policies write the short form that `maskSchema` reads:
 * `withhold`, `{ partial: { keepLast: 4 } }`.
 */
export type Mask =
  | { readonly kind: 'withhold' }
  | { readonly kind: 'redact'; readonly text: string }
  | { readonly kind: 'partial'; readonly keepFirst: number; readonly keepLast: number }
  | { readonly kind: 'token'; readonly scope: 'session' | 'policy' }
  | { readonly kind: 'random' }
  | { readonly kind: 'year' }
  | { readonly kind: 'zip3' }
  | { readonly kind: 'age' }
  | { readonly kind: 'bucket'; readonly size: number }
  | { readonly kind: 'round'; readonly digits: number }
  | { readonly kind: 'email-domain' }
  | { readonly kind: 'scrub' }
  | { readonly kind: 'format' }

export type MaskKind = Mask['kind']

export const maskKinds = [
  'withhold',
  'redact',
  'random',
  'token',
  'scrub',
  'partial',
  'format',
  'zip3',
  'year',
  'age',
  'bucket',
  'round',
  'email-domain',
] as const satisfies readonly MaskKind[]

const bare = z.enum(maskKinds).transform((kind): Mask => {
  switch (kind) {
    case 'redact':
      return { kind, text: '[redacted]' }
    case 'partial':
      return { kind, keepFirst: 0, keepLast: 0 }
    case 'token':
      return { kind, scope: 'session' }
    case 'bucket':
      return { kind, size: 10 }
    case 'round':
      return { kind, digits: 0 }
    default:
      return { kind }
  }
})

const configured = z.union([
  z
    .strictObject({ redact: z.strictObject({ text: z.string() }) })
    .transform(({ redact }): Mask => ({ kind: 'redact', ...redact })),
  z
    .strictObject({
      partial: z.strictObject({ keepFirst: z.int().min(0).default(0), keepLast: z.int().min(0).default(0) }),
    })
    .transform(({ partial }): Mask => ({ kind: 'partial', ...partial })),
  z
    .strictObject({ token: z.strictObject({ scope: z.enum(['session', 'policy']).default('session') }) })
    .transform(({ token }): Mask => ({ kind: 'token', ...token })),
  z
    .strictObject({ bucket: z.strictObject({ size: z.number().positive() }) })
    .transform(({ bucket }): Mask => ({ kind: 'bucket', ...bucket })),
  z
    .strictObject({ round: z.strictObject({ digits: z.int() }) })
    .transform(({ round }): Mask => ({ kind: 'round', ...round })),
])

/** Reads a mask as a policy writes it and gives its normal form. */
export const maskSchema: z.ZodType<Mask, unknown> = z.union([bare, configured])
