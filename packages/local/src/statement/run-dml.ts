import { displayObject, physicalTable } from '../dictionary/identifier.ts'
import type { EngineConnection } from '../engine/duckdb.ts'
import { objectNotFound, unsupported } from '../snowflake-error.ts'
import type { InlineValue } from '../sql/finish-text.ts'
import { type MarkedStatement, markStatement } from '../sql/mark-statement.ts'
import { parseStatement } from '../sql/parser.ts'
import { payloadOf, type SyntaxNode } from '../sql/syntax-tree.ts'
import {
  type ChangeInput,
  type TranslatedChange,
  translateDelete,
  translateInsert,
  translateUpdate,
} from '../sql/translate-change.ts'
import { translateMerge } from '../sql/translate-merge.ts'
import { verifySkeletons } from '../sql/verify-query.ts'
import { type Execution, withConnection } from './execution.ts'
import { inlineValues } from './inline-values.ts'
import { requireWarehouse } from './run-query.ts'
import { countResult, executed, type StatementResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'
import { translationContext } from './translation-context.ts'

const read = (execution: Execution, kind: string): { payload: SyntaxNode; input: ChangeInput } => {
  requireWarehouse(execution)
  const marked = markStatement(execution.source)
  const payload = payloadOf(parseStatement(marked.text), kind)
  if (!payload) throw unsupported(`${kind.toUpperCase()} of this form`)
  const values = inlineValues(execution, marked)
  return { payload, input: { marked, context: translationContext(execution), values } }
}

/** Runs a change after DuckDB's reading of all that it reads was verified. */
const apply = <T>(
  execution: Execution,
  change: TranslatedChange,
  work: (connection: EngineConnection) => Promise<T>,
): Promise<T> =>
  withConnection(execution, async (connection) => {
    await verifySkeletons(connection, change)
    return work(connection)
  })

const countChanges = async (
  execution: Execution,
  change: TranslatedChange,
  values: ReadonlyMap<string, InlineValue>,
) => apply(execution, change, async (connection) => (await connection.run(change.text(values))).rowsChanged)

export const runInsert = async (execution: Execution): Promise<StatementResult> => {
  const form = execution.tokens[1]?.value ?? ''
  if (form !== 'INTO') throw unsupported(`INSERT ${form}`)
  const { payload, input } = read(execution, 'insert')
  const change = translateInsert(payload, input)
  const inserted =
    execution.binds.length > 1
      ? await insertMany(execution, change, input.marked)
      : await countChanges(execution, change, input.values)
  return countResult('insert', { 'number of rows inserted': inserted })
}

const rowsAtOnce = 500

/** The statements of a bulk insert: a few hundred rows each where the form allows it, one row each otherwise. */
function* insertTexts(
  execution: Execution,
  { manyRows, text }: TranslatedChange,
  marked: MarkedStatement,
): Generator<string> {
  const step = manyRows === null ? 1 : rowsAtOnce
  for (let first = 0; first < execution.binds.length; first += step) {
    const rows = execution.binds
      .slice(first, first + step)
      .map((_, offset) => inlineValues(execution, marked, first + offset))
    yield manyRows === null ? text(rows[0] as (typeof rows)[number]) : manyRows(rows)
  }
}

/** A bulk insert: one set of binds for each row, all or none of them. */
const insertMany = (
  execution: Execution,
  change: TranslatedChange,
  marked: MarkedStatement,
): Promise<number> =>
  apply(execution, change, async (connection) => {
    const alone = execution.session.transaction === null
    if (alone) await connection.run('BEGIN TRANSACTION')
    let inserted = 0
    try {
      for (const text of insertTexts(execution, change, marked)) {
        execution.signal.throwIfAborted()
        inserted += (await connection.run(text)).rowsChanged
      }
      if (alone) await connection.run('COMMIT')
    } catch (error) {
      if (alone) await connection.run('ROLLBACK')
      throw error
    }
    return inserted
  })

export const runUpdate = async (execution: Execution): Promise<StatementResult> => {
  const { payload, input } = read(execution, 'update')
  const updated = await countChanges(execution, translateUpdate(payload, input), input.values)
  return countResult('update', {
    'number of rows updated': updated,
    'number of multi-joined rows updated': 0,
  })
}

export const runDelete = async (execution: Execution): Promise<StatementResult> => {
  const { payload, input } = read(execution, 'delete')
  const deleted = await countChanges(execution, translateDelete(payload, input), input.values)
  return countResult('delete', { 'number of rows deleted': deleted })
}

const actionLabels = {
  INSERT: 'number of rows inserted',
  UPDATE: 'number of rows updated',
  DELETE: 'number of rows deleted',
} as const

export const runMerge = async (execution: Execution): Promise<StatementResult> => {
  const { payload, input } = read(execution, 'merge')
  const change = translateMerge(payload, input)
  const done = await apply(execution, change, async (connection) => {
    const result = await connection.run(`${change.text(input.values)} RETURNING merge_action`)
    const seen: string[] = []
    for await (const batch of result.batches()) seen.push(...batch.map(([action]) => String(action)))
    return seen
  })
  const counts = change.actions.map((action) => [
    actionLabels[action],
    done.filter((one) => one === action).length,
  ])
  return countResult('merge', Object.fromEntries(counts))
}

/** TRUNCATE [TABLE] [IF EXISTS] name. */
export const runTruncate = async (execution: Execution): Promise<StatementResult> => {
  const { account, session } = execution
  const reader = new TokenReader(execution.tokens)
  reader.expect('TRUNCATE')
  reader.take('TABLE')
  const optional = reader.take('IF', 'EXISTS')
  const name = account.qualify(session, reader.nameParts())
  reader.end()
  const table = account.findTable(session, name)
  if (!table && !optional) throw objectNotFound(displayObject(name))
  if (table) {
    account.access.requireTable(session.role, 'TRUNCATE', table)
    await withConnection(execution, (connection) => connection.run(`DELETE FROM ${physicalTable(table)}`))
  }
  return executed('ddl')
}
