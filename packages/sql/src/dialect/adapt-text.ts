import type { Lexed } from '../lexer/token.ts'
import { readAllByName } from './all-by-name.ts'
import { namesOfTypes, readColumnNamedAsType } from './column-named-as-type.ts'
import { readDirectedJoin } from './directed-join.ts'
import { readDistinctFrom } from './distinct-from.ts'
import { applyEdits, type Edit, type PlacedEdit, placeEdit } from './edit.ts'
import { readExplainUsing } from './explain-using.ts'
import { readExtractPart } from './extract-part.ts'
import { readLikeAll } from './like-all.ts'
import { readMatchPattern, readMeasureSemantics } from './match-pattern.ts'
import { readNamedFunction } from './named-function.ts'
import { readNamedTransaction } from './named-transaction.ts'
import { readNamedWindow } from './named-window.ts'
import { readNthValueFrom } from './nth-value-from.ts'
import { readObjectOfColumns } from './object-of-columns.ts'
import { readPipeline } from './pipeline.ts'
import type { ReadConstruct } from './read-construct.ts'
import { readStructuredType, readTypeWithoutLength } from './structured-type.ts'
import { TokenReader } from './token-reader.ts'
import { readUnpivotAliases } from './unpivot-aliases.ts'

/** By the word with which they begin. */
const byWord: ReadonlyMap<string, ReadConstruct> = new Map<string, ReadConstruct>([
  ['ARRAY', readStructuredType],
  ['BEGIN', readNamedTransaction],
  ['BINARY', readTypeWithoutLength],
  ['CHAR', readTypeWithoutLength],
  ['DIRECTED', readDirectedJoin],
  ['EXPLAIN', readExplainUsing],
  ['EXTRACT', readExtractPart],
  ['FINAL', readMeasureSemantics],
  ['ILIKE', readLikeAll],
  ['IDENTIFIER', readNamedFunction],
  ['INSERT', readAllByName],
  ['IS', readDistinctFrom],
  ['LIKE', readLikeAll],
  ['MAP', readStructuredType],
  ['NTH_VALUE', readNthValueFrom],
  ['OBJECT', readStructuredType],
  ['PATTERN', readMatchPattern],
  ['RUNNING', readMeasureSemantics],
  ['START', readNamedTransaction],
  ['STRING', readTypeWithoutLength],
  ['TEXT', readTypeWithoutLength],
  ['UNPIVOT', readUnpivotAliases],
  ['UPDATE', readAllByName],
  ['VARCHAR', readTypeWithoutLength],
  ['WINDOW', readNamedWindow],
])

const bySign: ReadonlyMap<string, ReadConstruct> = new Map<string, ReadConstruct>([
  ['{', readObjectOfColumns],
  ['->>', readPipeline],
])

/** Most operators begin with another character, and are not looked at. */
const signs: ReadonlySet<number> = new Set([...bySign.keys()].map((sign) => sign.charCodeAt(0)))

/** A text as the parser gets it. */
export interface AdaptedText {
  readonly text: string
  /** In order, without overlaps, by the offsets of the text as it was written. */
  readonly edits: readonly PlacedEdit[]
  /** Numbers of the tokens that the parser does not see. */
  readonly readTokens: ReadonlySet<number>
}

const nothingRead: ReadonlySet<number> = new Set()

/**
 * Writes constructs of Snowflake that the parser lacks another way, which has the same meaning for an analysis: the same
 * columns are looked at, in the same places. The warehouse is sent the text as it was written.
 *
 * @param text - the lexed text with blanks for its comments
 */
export const adaptText = (text: string, lexed: Lexed): AdaptedText => {
  const { tokens } = lexed
  const found: Edit[] = []
  const readTokens = new Set<number>()
  let reader: TokenReader | null = null
  for (let at = 0; at < tokens.length; at += 1) {
    const { kind, upper, start } = tokens[at]!
    const read =
      kind === 'word'
        ? byWord.get(upper)
        : kind === 'operator' && signs.has(lexed.text.charCodeAt(start))
          ? bySign.get(lexed.text.slice(start, tokens[at]!.end))
          : undefined
    const isNamedAsType = kind === 'word' && namesOfTypes.has(upper)
    if ((read === undefined && !isNamedAsType) || readTokens.has(at)) continue
    reader ??= new TokenReader(lexed)
    const column = isNamedAsType ? readColumnNamedAsType(at, reader) : []
    for (const edit of column.length > 0 || read === undefined ? column : read(at, reader)) {
      found.push(edit)
      if (edit.isName) continue
      for (let token = edit.from; token < edit.to; token += 1) readTokens.add(token)
    }
  }
  if (found.length === 0) return { text, edits: [], readTokens: nothingRead }
  const edits = found
    .sort((left, right) => left.from - right.from)
    .map((edit) => placeEdit(edit, text, tokens))
  return { text: applyEdits(text, edits), edits, readTokens }
}
