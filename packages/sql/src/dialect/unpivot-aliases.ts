import type { Edit } from './edit.ts'
import type { ReadConstruct } from './read-construct.ts'
import type { TokenReader } from './token-reader.ts'

/** `UNPIVOT (v FOR n IN (jan AS january, feb 'February'))`: an alias is the text that stands for the column. */
export const readUnpivotAliases: ReadConstruct = (at, reader) => {
  const end = reader.closing(opening(at, reader))
  const list = listOf(at, end, reader)
  if (list < 0) return []
  const edits: Edit[] = []
  for (let item = list + 1; item < reader.closing(list); item = endOfItem(item, reader) + 1) {
    const alias = endOfName(item, reader)
    const next = endOfItem(item, reader)
    if (alias < next && isAlias(alias, next, reader)) edits.push(reader.blank(alias, next))
  }
  return edits
}

/** The bracket of UNPIVOT: INCLUDE NULLS and EXCLUDE NULLS may stand before it. */
const opening = (at: number, reader: TokenReader): number =>
  reader.word(at + 2) === 'NULLS' ? at + 3 : at + 1

const listOf = (at: number, end: number, reader: TokenReader): number => {
  for (let index = at; index < end; index += 1)
    if (reader.word(index) === 'IN' && reader.sign(index + 1) === '(') return index + 1
  return -1
}

const endOfName = (at: number, reader: TokenReader): number => {
  let end = at + 1
  while (reader.sign(end) === '.') end += 2
  return end
}

const endOfItem = (at: number, reader: TokenReader): number => {
  const around = reader.opening(at)
  let end = at
  while (end < reader.closing(around) && !(reader.sign(end) === ',' && reader.opening(end) === around))
    end += 1
  return end
}

const isAlias = (at: number, end: number, reader: TokenReader): boolean => {
  const name = reader.word(at) === 'AS' ? at + 1 : at
  return end === name + 1 && (reader.isName(name) || reader.tokens[name]?.kind === 'string')
}
