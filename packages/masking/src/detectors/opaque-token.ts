import { isWordAt, matchAt } from './scan.ts'

const SHORTEST = 26
const LONGEST_HASH = 128
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/iy
const hash = new RegExp(`(?=[0-9]{0,24}[a-f])[0-9a-f]{32,${LONGEST_HASH}}`, 'iy')
const ownToken = /(?:tok|rnd)_[\w-]{22}/y

/**
 * Where a generated identifier of the warehouse (UUID, query id, hash, one of our tokens) ends, or `start` where
 * none begins. The digits inside of one are chance, and replacing them would break what it refers to.
 */
export const endOfOpaqueToken = (text: string, start: number): number => {
  const form = formAt(text, start)
  if (form === null || isWordAt(text, start - 1) || !matchAt(form, text, start)) return start
  const end = form.lastIndex
  return isWordAt(text, end) || text[end] === '-' ? start : end
}

/** The only form that can begin here, told by one or two characters: most words end the question at once. */
const formAt = (text: string, start: number): RegExp | null => {
  if (start + SHORTEST > text.length) return null
  if (text[start + 3] === '_') return ownToken
  if (text[start + 8] === '-') return uuid
  return isWordAt(text, start + 15) && isWordAt(text, start + 31) ? hash : null
}
