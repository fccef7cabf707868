import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditAcknowledgement, ErrorCode } from '@snowfence/core'
import type { Turn } from '../connection/statement-queue.ts'
import { createGovernedError, isGovernedError } from '../driver/driver-error.ts'
import type { DriverStatement } from '../driver/snowflake-driver.ts'
import { snowflakeWordsFor } from '../driver/snowflake-words.ts'
import { sayingExecution } from '../driver/statement-execution.ts'
import { translateDriverError } from '../driver/translate-error.ts'
import type { ReceivedStatement, RowMode } from '../statement/statement-options.ts'
import { analyze } from './analyze.ts'
import { approve, type GrantedApproval } from './approve.ts'
import { authorize } from './authorize.ts'
import { finishFailed, type GovernedResult } from './governed-result.ts'
import type { PipelineEnvironment } from './pipeline-environment.ts'
import { type DurableTrail, openTrail } from './record.ts'
import { runAndCheck } from './run-and-check.ts'
import {
  type AnalyzedState,
  type AuthorizedState,
  type ExecutableState,
  isRead,
  releaseForExecution,
} from './statement-states.ts'
import { untilAborted } from './until-aborted.ts'

export interface StatementControl {
  readonly turn: Turn
  /** Aborted by `cancel`, `destroy`, revocation or the caller's own signal; its reason is what the caller sees. */
  readonly signal: AbortSignal
  readonly rowMode: RowMode
  /** The Snowflake query id whose result is fetched again; null for a statement that is to run. */
  readonly fetchOf: string | null
  /** Ends the statement, wherever it is, and its streams of rows. */
  stop(reason: Error): void
  /** Told the driver's statement as soon as it was sent, so that a cancel can reach the warehouse. */
  onSent(statement: DriverStatement): void
  /** Told what ran on the session's own connection, and the session's names afterwards, from the warehouse's answer. */
  onRan(executable: ExecutableState, state: object | undefined): void
}

/** In milliseconds. Long enough for the driver to have written its request, short beside any warehouse's answer. */
const RECORD_WITHIN_MS = 2

/** Effects after which the names, the role or the transaction of the session may be others. */
const changesSession = (state: AuthorizedState): boolean =>
  state.summary.effects.some(
    (effect) => effect === 'session' || effect === 'transaction' || effect === 'call',
  )

const codeOfDenial = ({ summary, decision }: AuthorizedState): ErrorCode => {
  const [first] = decision.reasons
  if (first?.code === 'rate-limit') return 'ERR_RATE_LIMIT_EXCEEDED'
  if (first?.code === 'row-limit') return 'ERR_ROW_LIMIT_EXCEEDED'
  if (first?.code === 'subject-limit') return 'ERR_SUBJECT_LIMIT_EXCEEDED'
  return summary.status === 'unsupported' ? 'ERR_STATEMENT_UNSUPPORTED' : 'ERR_STATEMENT_DENIED'
}

const snowflakeWordsOf = ({ summary }: AuthorizedState) =>
  summary.status === 'unsupported' ? snowflakeWordsFor(summary.reason) : null

/**
 * What is known of a result that is fetched again. It is judged anew: a policy may have changed since.
 *
 * @throws GovernedError ERR_MEMBER_REFUSED for a query that this connection did not run
 */
const recall = (
  queryId: string,
  received: ReceivedStatement,
  environment: PipelineEnvironment,
): AnalyzedState => {
  const known = environment.ownResults.find(queryId)
  if (!known)
    throw createGovernedError('ERR_MEMBER_REFUSED', {
      message:
        'only results of statements that this connection ran can be fetched, and not those of an approval',
      hint: 'run the statement itself',
    })
  return { stage: 'analyzed', ...known, received }
}

/** The error of a statement that was never sent. */
const notRun = (error: unknown, traceId: string | null): Error =>
  sayingExecution(translateDriverError(error, traceId), {
    execution: 'not-run',
    queryId: null,
    traceId,
    isWrite: false,
  })

/** Errors of reads that nobody approved, whose result has other columns than the catalogue foresaw. */
const ofStaleCatalogue = new WeakSet<Error>()

const isStaleRead = (
  error: unknown,
  { summary, received }: ExecutableState,
  approval: GrantedApproval | null,
): error is Error =>
  isGovernedError(error, 'ERR_RESULT_SHAPE_MISMATCH') &&
  approval === null &&
  received.asyncExec !== true &&
  summary.effects.every((effect) => effect === 'select')

/**
 * The way of one statement, from its text to rows that may be read. When the result has other columns than were foreseen,
 * a table has changed meanwhile: a read that nobody approved is judged and run again, once, after the catalogue was read
 * anew. Both runs are recorded.
 *
 * @throws the driver's error or a GovernedError, with what is known of the statement in `execution`; in either case nothing
 * is released
 */
export const governStatement = async (
  received: ReceivedStatement,
  environment: PipelineEnvironment,
  control: StatementControl,
): Promise<GovernedResult> => {
  try {
    return await governOnce(received, environment, control)
  } catch (error) {
    if (!(error instanceof Error && ofStaleCatalogue.has(error)) || control.fetchOf !== null) throw error
    environment.catalogue.refresh({ hasChanged: true })
    return await governOnce(received, environment, control)
  } finally {
    control.turn.end()
  }
}

/** analyze, authorize, record, approve, run, check, mask, record */
const governOnce = async (
  received: ReceivedStatement,
  environment: PipelineEnvironment,
  control: StatementControl,
): Promise<GovernedResult> => {
  const { turn, signal } = control
  let trail: DurableTrail | null = null
  let record: (() => Promise<AuditAcknowledgement>) | null = null
  try {
    await untilAborted(turn.mayAnalyze, signal)

    const analyzed =
      control.fetchOf === null
        ? await untilAborted(analyze(received, environment), signal)
        : recall(control.fetchOf, received, environment)
    const authorized = await authorize(analyzed, environment)
    if (!changesSession(authorized)) turn.letNextAnalyze()

    trail = await openTrail(authorized, environment)
    const { summary, decision } = authorized
    const { authorize: write } = trail
    let recorded: Promise<AuditAcknowledgement> | null = null
    record = () => {
      recorded ??= write({ summary, decision })
      return recorded
    }
    // A read runs while its record is being written: `runAndCheck` lets nothing of the answer out before. When the store
    // failed the last time, a read waits for its record too: each would leave an outcome that the store must still take.
    const mayOverlap = isRead(authorized) && !environment.lastReceipt.isFailing
    const receipt = mayOverlap ? null : await record()
    const recordDue = receipt === null ? sleep(RECORD_WITHIN_MS).then(record) : Promise.resolve()
    recordDue.catch(() => {})
    if (decision.decision === 'deny')
      throw createGovernedError(codeOfDenial(authorized), {
        ...snowflakeWordsOf(authorized),
        decision,
        reasons: decision.reasons,
        traceId: trail.traceId,
      })
    signal.throwIfAborted()

    // An approval lets a statement run once: its rows are not fetched a second time.
    if (decision.decision === 'needs-approval' && control.fetchOf !== null)
      throw createGovernedError('ERR_APPROVAL_STATE', { decision, traceId: trail.traceId })
    const approval =
      decision.decision === 'needs-approval' ? await approve(authorized, trail, environment, signal) : null
    const executable = releaseForExecution(authorized, {
      trail,
      receipt,
      record,
      recordDue,
      approvedDigest: approval?.digest ?? null,
    })

    await untilAborted(turn.maySend, signal)
    return await runAndCheck(executable, approval, environment, control).catch((error: unknown) => {
      if (isStaleRead(error, executable, approval)) ofStaleCatalogue.add(error)
      throw error
    })
  } catch (error) {
    // `runAndCheck` says what became of a statement that was released to it. Before that nothing was sent.
    const shown = notRun(error, trail?.traceId ?? null)
    if (trail && !trail.isEnded) {
      // A read that was stopped before it was sent has been judged all the same.
      await record?.().catch(() => {})
      await finishFailed(trail, {
        queryId: null,
        rows: 0,
        columns: [],
        role: environment.context().role,
        error: shown,
      }).catch((failure: unknown) => {
        throw notRun(failure, trail?.traceId ?? null)
      })
    }
    if (error instanceof Error && ofStaleCatalogue.has(error)) ofStaleCatalogue.add(shown)
    throw shown
  }
}
