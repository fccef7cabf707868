import type { Mask } from '@snowfence/core'

/** A mask in the short form that policies write, or `clear` for none. */
export const printMask = (mask: Mask | null): string => {
  if (mask === null) return 'clear'
  switch (mask.kind) {
    case 'redact':
      return `redact(${mask.text})`
    case 'partial':
      return `partial(keepFirst ${mask.keepFirst}, keepLast ${mask.keepLast})`
    case 'token':
      return `token(${mask.scope})`
    case 'bucket':
      return `bucket(${mask.size})`
    case 'round':
      return `round(${mask.digits})`
    case 'withhold':
    case 'random':
    case 'year':
    case 'zip3':
    case 'age':
    case 'email-domain':
    case 'scrub':
    case 'format':
      return mask.kind
    default:
      return mask satisfies never
  }
}
