import type { ReadConstruct } from './read-construct.ts'

/** `LIKE ALL (…)` looks at the same values as `LIKE ANY (…)`, in the same way. */
export const readLikeAll: ReadConstruct = (at, reader) =>
  reader.word(at + 1) === 'ALL' && reader.sign(at + 2) === '(' ? [reader.blank(at + 1, at + 2, 'ANY')] : []
