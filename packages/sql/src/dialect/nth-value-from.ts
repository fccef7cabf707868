import type { ReadConstruct } from './read-construct.ts'

const ENDS = new Set(['FIRST', 'LAST'])
const AFTER = new Set(['OVER', 'IGNORE', 'RESPECT'])

/** `NTH_VALUE(x, 2) FROM LAST OVER (…)`: from which end of the window the rows are counted. */
export const readNthValueFrom: ReadConstruct = (at, reader) => {
  const end = reader.closing(at + 1)
  const counts = end > 0 && reader.word(end + 1) === 'FROM' && ENDS.has(reader.word(end + 2))
  return counts && AFTER.has(reader.word(end + 3)) ? [reader.blank(end + 1, end + 3)] : []
}
