import type { ApplyMask } from '../cell-mask.ts'
import { HIDDEN } from './partial.ts'

/** One address from end to end: a second one in the same text would be shown as part of the first one's domain. */
const address = /^[^\s@,;<>]{1,64}@((?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24})$/u

/** `***@` and the domain, in lower case, of a text that is one e-mail address. */
export const compileEmailDomain = (): ApplyMask => (value) => {
  if (typeof value !== 'string' || value.length > 320) return null
  const domain = address.exec(value.trim())?.[1]
  return domain === undefined ? null : `${HIDDEN}@${domain.toLowerCase()}`
}
