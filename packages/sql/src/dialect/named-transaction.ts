import type { ReadConstruct } from './read-construct.ts'

const BETWEEN = new Set(['TRANSACTION', 'WORK'])

/** `BEGIN TRANSACTION NAME t`: the name is a label. */
export const readNamedTransaction: ReadConstruct = (at, reader) => {
  const label = BETWEEN.has(reader.word(1)) ? 2 : 1
  const isLabelled = at === 0 && reader.word(label) === 'NAME' && reader.isName(label + 1)
  return isLabelled ? [reader.blank(label, label + 2)] : []
}
