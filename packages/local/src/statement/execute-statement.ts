import { unsupported } from '../snowflake-error.ts'
import type { Execution } from './execution.ts'
import { runAlter } from './run-alter.ts'
import { runCall } from './run-call.ts'
import { runCopy } from './run-copy.ts'
import { runCreate } from './run-create.ts'
import { runDescribe } from './run-describe.ts'
import { runDelete, runInsert, runMerge, runTruncate, runUpdate } from './run-dml.ts'
import { runDrop } from './run-drop.ts'
import { runGrant, runRevoke } from './run-grant.ts'
import { runQuery } from './run-query.ts'
import { runAlterSession, runSet, runUnset } from './run-session.ts'
import { runShow } from './run-show.ts'
import { runList, runRemove } from './run-stage.ts'
import { runBegin, runCommit, runRollback } from './run-transaction.ts'
import { runGet, runPut } from './run-transfer.ts'
import { runUse } from './run-use.ts'
import type { StatementResult } from './statement-result.ts'

type Runner = (execution: Execution) => Promise<StatementResult>

/** By its first word. What is not here does not run. */
const runners: Readonly<Record<string, Runner>> = {
  SELECT: runQuery,
  WITH: runQuery,
  '(': runQuery,
  INSERT: runInsert,
  UPDATE: runUpdate,
  DELETE: runDelete,
  MERGE: runMerge,
  TRUNCATE: runTruncate,
  CREATE: runCreate,
  ALTER: runAlter,
  DROP: runDrop,
  GRANT: runGrant,
  REVOKE: runRevoke,
  USE: runUse,
  SET: runSet,
  UNSET: runUnset,
  SHOW: runShow,
  DESC: runDescribe,
  DESCRIBE: runDescribe,
  BEGIN: runBegin,
  START: runBegin,
  COMMIT: runCommit,
  ROLLBACK: runRollback,
  CALL: runCall,
  COPY: runCopy,
  LIST: runList,
  LS: runList,
  REMOVE: runRemove,
  RM: runRemove,
  PUT: runPut,
  GET: runGet,
}

/** Statements after which databases, tables, roles or users may be others than before. */
const changesAccount = new Set(['CREATE', 'ALTER', 'DROP', 'GRANT', 'REVOKE'])

export const executeStatement = async (execution: Execution): Promise<StatementResult> => {
  const [first, second] = execution.tokens
  const word = first?.value ?? ''
  if (word === 'ALTER' && second?.value === 'SESSION') return runAlterSession(execution)
  const runner = Object.hasOwn(runners, word) ? runners[word] : undefined
  if (!runner) throw unsupported(/^[A-Z]+$/.test(word) ? word : 'this statement')
  const result = await runner(execution)
  if (changesAccount.has(word)) await execution.account.save()
  return result
}
