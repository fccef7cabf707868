import { randomUUID } from 'node:crypto'
import { isSnowfenceError } from '@snowfence/core'
import { withinGrace } from '../connection/within-grace.ts'
import { runAsDriver } from '../driver/driver-context.ts'
import { createGovernedError } from '../driver/driver-error.ts'
import { isErrorBeforeTransfer } from '../driver/file-error.ts'
import type { InnerConnection } from '../driver/inner-connection.ts'
import { RESOLUTION_UNKNOWN } from '../driver/outages.ts'
import type { DriverStatement } from '../driver/snowflake-driver.ts'
import { type KnownExecution, sayingExecution, withExecution } from '../driver/statement-execution.ts'
import { translateDriverError } from '../driver/translate-error.ts'
import { isWarehouseAnswer } from '../driver/warehouse-answer.ts'
import { compileMasker } from '../rows/compile-masker.ts'
import { prepareRows } from '../rows/prepare-rows.ts'
import { checkResultShape } from '../rows/result-shape.ts'
import { innerRowMode, outerNames } from '../rows/row-shaper.ts'
import { boundsSubjects, countsByReading, failedWhileComputing, mayFail } from '../rows/subject-counter.ts'
import { whenAllAreRead } from '../rows/when-all-are-read.ts'
import type { GrantedApproval } from './approve.ts'
import type { StatementControl } from './govern-statement.ts'
import { finishFailed, finishTrail, type GovernedResult } from './governed-result.ts'
import type { PipelineEnvironment } from './pipeline-environment.ts'
import { buildQueryTag } from './query-tag.ts'
import { callerQueryTag, sendableParameters } from './statement-parameters.ts'
import { type ExecutableState, isRead } from './statement-states.ts'
import { untilAborted } from './until-aborted.ts'
import { watchApproval } from './watch-approval.ts'

const isDdl = (state: ExecutableState): boolean =>
  state.summary.effects.some((effect) => effect === 'create' || effect === 'alter' || effect === 'drop')

/** A statement that makes a table, or runs code that can. */
const mayMakeTemporary = ({ summary }: ExecutableState): boolean =>
  summary.status === 'unsupported' ||
  summary.effects.some((effect) => effect === 'create' || effect === 'call')

const tagOf = ({ receipt, trail, received }: ExecutableState, environment: PipelineEnvironment): string =>
  buildQueryTag({
    receipt,
    lastReceipt: environment.lastReceipt.digest,
    sessionId: environment.ports.sessionId,
    agentId: environment.agent.id,
    traceId: trail.traceId,
    traceparent: trail.traceparent,
    callerTag: callerQueryTag(received.parameters) ?? environment.queryTag(),
  })

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('not recorded'))

const showsClassified = ({ decision }: ExecutableState): boolean =>
  decision.columns.some(({ mask, classes }) => mask === null && classes.length > 0)

/** The row limit was known before only for a literal LIMIT; now the warehouse has said how many rows there are. */
const refuseTooManyRows = (
  { decision, summary, trail }: ExecutableState,
  rows: number,
  { subjects, now }: PipelineEnvironment,
): void => {
  const limit = decision.limits.rows
  const isData = summary.status === 'analyzed' && summary.outputs.length > 0
  if (limit === undefined || !isData || rows <= limit) return
  // The rows are of people who are not counted, and their number could spell what they hold.
  const isCounted = boundsSubjects(decision)
  if (isCounted) subjects.countFailure(now())
  throw createGovernedError('ERR_ROW_LIMIT_EXCEEDED', {
    decision,
    message: `the result has ${isCounted ? 'too many' : rows} rows, and the policy allows ${limit}`,
    hint: `add LIMIT ${limit} or less, or aggregate`,
    traceId: trail.traceId,
  })
}

/** Shorter than the end of a connection waits for its statements, so that their outcomes are written before it. */
const ANSWER_GRACE_MS = 1_000

const reading: ReadonlySet<string> = new Set(['select', 'metadata'])

const onlyReads = ({ summary }: ExecutableState): boolean =>
  summary.effects.every((effect) => reading.has(effect))

/** Whether it is known that the statement has failed: the warehouse said so, or its file was never sent. */
const isKnownFailure = (error: unknown): boolean => isWarehouseAnswer(error) || isErrorBeforeTransfer(error)

/** The failure of a connection, as what it means for a statement that changes something. */
const inDoubt = (failure: Error, queryId: string | null, traceId: string): Error => {
  const { code, sqlState } = failure as { code?: string | number; sqlState?: string }
  return createGovernedError('ERR_OUTCOME_UNKNOWN', {
    ...(code === undefined ? {} : { code }),
    sqlState: sqlState ?? RESOLUTION_UNKNOWN,
    queryId,
    traceId,
    cause: failure,
  })
}

/** An approval that was revoked meanwhile stays revoked: the statement's own outcome says how it ended. */
const ignoreRevoked = (error: unknown): void => {
  if (!isSnowfenceError(error, 'ERR_APPROVAL_STATE')) throw error
}

/**
 * The second half of the way: run, check the columns that came back, compile their masks. Every way out is recorded:
 * a failure here, a success when its rows were read.
 *
 * @throws the driver's error or a GovernedError
 */
export const runAndCheck = async (
  executable: ExecutableState,
  approval: GrantedApproval | null,
  environment: PipelineEnvironment,
  control: StatementControl,
): Promise<GovernedResult> => {
  const { summary, decision, trail, received, context, record, recordDue } = executable
  const { signal, turn, rowMode } = control
  const lease = approval?.claim.lease ?? null
  let elevated: InnerConnection | null = null
  let sent: DriverStatement | null = null
  let answered: Promise<void> = Promise.resolve()
  let answer: 'none' | 'completed' | 'failed' = 'none'
  let isApprovalOpen = approval !== null
  const isWrite = !onlyReads(executable)
  const stopWatching = approval === null ? () => {} : watchApproval(approval, trail.traceId, control.stop)

  const settleApproval = async (outcome: 'executed' | 'failed'): Promise<void> => {
    if (!isApprovalOpen) return
    isApprovalOpen = false
    await approval?.claim.settle(outcome, sent?.getQueryId() ?? null)
  }
  const known = (): KnownExecution => {
    const execution =
      sent === null ? 'not-run' : answer === 'none' ? 'unknown' : answer === 'completed' ? 'ran' : 'failed'
    return { execution, queryId: sent?.getQueryId() ?? null, traceId: trail.traceId, isWrite }
  }
  const place = () => ({
    queryId: sent?.getQueryId() ?? null,
    role: elevated?.role ?? context.role,
    leaseId: lease?.id ?? null,
  })

  try {
    signal.throwIfAborted()
    if (boundsSubjects(decision))
      environment.subjects.refuseUsedUp(decision, environment.now(), { mayFail: mayFail(summary, decision) })
    if (lease !== null) elevated = await environment.openElevated(lease)
    const inner = elevated ?? (await environment.inner())
    signal.throwIfAborted()

    const outputs = summary.status === 'analyzed' ? summary.outputs : []
    const innerMode = innerRowMode(
      rowMode,
      outputs.map(({ name }) => name),
    )
    if (elevated === null && mayMakeTemporary(executable)) environment.catalogue.keepToSession()
    const running =
      control.fetchOf === null
        ? inner.run(executable, {
            rowMode: innerMode,
            requestId:
              approval === null
                ? environment.requestIds.toSend(received.requestId, executable.approvalDigest)
                : randomUUID(),
            parameters: sendableParameters(received.parameters, tagOf(executable, environment)),
          })
        : inner.fetch(executable, control.fetchOf, { rowMode: innerMode })
    sent = running.statement
    control.onSent(sent)
    turn.letNextSend()
    answered = running.completed.then(
      () => {
        answer = 'completed'
      },
      (error: unknown) => {
        if (isKnownFailure(error)) answer = 'failed'
        if (boundsSubjects(decision) && isWarehouseAnswer(error) && failedWhileComputing(error))
          environment.subjects.countFailure(environment.now())
      },
    )
    // A read's record is begun when the query is on its way, and at the latest with its answer: the warehouse is at work
    // meanwhile. A record that fails stops a long read at once.
    await Promise.race([answered, recordDue])
    await record()
    const statement = await untilAborted(running.completed, signal)

    // A read uses its approval until its rows were given: until then it can be revoked.
    if (isWrite || received.asyncExec) await settleApproval('executed')
    if (approval === null) environment.ownResults.remember(statement.getQueryId(), executable)
    // After an asynchronous start the driver holds no result yet, and would throw when asked about it.
    if (elevated === null && control.fetchOf === null)
      control.onRan(executable, received.asyncExec ? undefined : statement.getSessionState())
    if (isDdl(executable)) environment.catalogue.refresh({ hasChanged: true })
    signal.throwIfAborted()

    const columns = received.asyncExec
      ? []
      : checkResultShape(summary, decision.columns, statement.getColumns() ?? [])
    if (!received.asyncExec) refuseTooManyRows(executable, statement.getNumRows() ?? 0, environment)
    const masker = compileMasker(columns, environment.maskMaterial())
    const driverColumns = received.asyncExec ? [] : (statement.getColumns() ?? [])
    const openRows = prepareRows({
      statement,
      columns,
      driverColumns,
      masker,
      innerMode,
      rowMode,
      fetchAsString: received.fetchAsString ?? inner.fetchAsString,
      fastPath: environment.fastPath,
      // Subjects are counted by their raw values, which the fast path never makes.
      inspect: boundsSubjects(decision)
        ? (shape) =>
            environment.subjects.count(
              shape,
              decision,
              columns.map(({ name }) => name),
              environment.now(),
            )
        : null,
    })

    const numbered = whenAllAreRead(openRows, countsByReading(decision))

    let settling: Promise<void> | null = null
    let announce: (settling: Promise<void>) => void = () => {}
    const settled = new Promise<void>((resolve) => {
      announce = resolve
    })
    settled.catch(() => {})
    return {
      decision,
      summary,
      sqlText: executable.executableText,
      traceId: trail.traceId,
      approval: approval && { id: approval.id, approvers: approval.approvers },
      role: place().role,
      columns: columns.map((column, index) => ({ ...column, type: masker.outputType(index) })),
      columnNames: outerNames(columns, rowMode),
      statement,
      driverColumns,
      known,
      awaitsOutcome: approval !== null || !isRead(executable) || showsClassified(executable),
      openRows: (range = {}) => numbered.open(range),
      tellsNumberOfRows: numbered.isTold,
      settle: async (outcome) => {
        stopWatching()
        settling ??= settleApproval('executed')
          .catch(ignoreRevoked)
          .then(() => finishTrail(trail, { ...outcome, ...place(), columns, findings: masker.findings() }))
          .then(
            () => {},
            (error: unknown) => {
              throw withExecution(translateDriverError(error, trail.traceId), known())
            },
          )
          .finally(() => elevated?.close())
        if (outcome.isBehind) {
          // The store has given the record up: what follows must not go on without it.
          settling.catch((error: unknown) => environment.end(translateDriverError(error, trail.traceId)))
          announce(Promise.resolve())
        } else announce(settling)
        await settling
      },
      settled,
    }
  } catch (failure) {
    // What the warehouse says of a read is let out no sooner than its rows would be.
    const unrecorded = await record().then(() => null, asError)
    if (unrecorded !== null && sent !== null) {
      // It is said to have failed when it has stopped, so that the driver is not left asking for its answer.
      const stopped = sent
      runAsDriver(() => stopped.cancel())
      await withinGrace([answered])
    }
    stopWatching()
    // Who ended a statement says how it ended, whatever the warehouse or the trail made of that.
    const ended = signal.aborted ? asError(signal.reason) : null
    // It was cancelled when it was ended. The warehouse's word about that says whether it ran.
    if (ended !== null && sent !== null) await withinGrace([answered], ANSWER_GRACE_MS)
    const { execution, queryId } = known()
    const translated = translateDriverError(ended ?? unrecorded ?? failure, trail.traceId)
    const isInDoubt = isWrite && execution === 'unknown'
    const isPlainDoubt = isInDoubt && ended === null && unrecorded === null
    const shown = withExecution(
      isPlainDoubt ? inDoubt(translated, queryId, trail.traceId) : translated,
      known(),
    )
    // The approval's own record at the broker stays `claimed`, then `indeterminate`, when this does not reach it.
    await settleApproval('failed').catch(() => {})
    await elevated?.close()
    await finishFailed(trail, { ...place(), rows: 0, columns: [], error: shown, isInDoubt }).catch(
      (error: unknown) => {
        if (ended === null) throw sayingExecution(translateDriverError(error, trail.traceId), known())
      },
    )
    throw shown
  }
}
