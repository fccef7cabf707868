import type { AuditAcknowledgement, Decision, StatementSummary, StatementTrail } from '@snowfence/core'
import type { BindValue, ReceivedStatement } from '../statement/statement-options.ts'

/** The names a statement is resolved against and the role it runs with, at the time it was analysed. */
export interface SessionContext {
  readonly account: string
  readonly user: string
  readonly role: string
  readonly warehouse: string | null
  readonly database: string | null
  readonly schema: string | null
}

export interface AnalyzedState {
  readonly stage: 'analyzed'
  readonly received: ReceivedStatement
  readonly context: SessionContext
  readonly summary: StatementSummary
  /** The comment-free text: exactly what is sent. */
  readonly executableText: string
  /** The binds that the text is sent with, or was sent with where its result is fetched again. */
  readonly binds: readonly BindValue[]
}

export interface AuthorizedState extends Omit<AnalyzedState, 'stage'> {
  readonly stage: 'authorized'
  readonly decision: Decision
  /** Digest over statement, binds, context, policy and principal: what a person approves. */
  readonly approvalDigest: string
}

/** A statement that may run, once. */
export interface ExecutableState extends Omit<AuthorizedState, 'stage'> {
  readonly stage: 'executable'
  readonly trail: StatementTrail
  /** The store's word that the `authorize` record is durable; null for a read, which is recorded while it runs. */
  readonly receipt: AuditAcknowledgement | null
  /**
   * Writes the record, once; later calls resolve with the first. Nothing that the warehouse answers may be let out before
   * it is durable.
   */
  readonly record: () => Promise<AuditAcknowledgement>
  /** Has the record begun in time, whatever the statement waits for; resolves when it is durable. */
  readonly recordDue: Promise<unknown>
}

const reading: ReadonlySet<string> = new Set(['select', 'metadata'])

/** Whether a statement, run without anybody learning its answer, would have done nothing. */
export const isRead = ({ summary, decision }: Pick<AuthorizedState, 'summary' | 'decision'>): boolean =>
  summary.status === 'analyzed' &&
  decision.decision === 'allow' &&
  summary.effects.every((effect) => reading.has(effect))

// INVARIANT: only `markAuthorized` and `releaseForExecution` add to these sets, so an object of the right form that
// was made elsewhere, or changed by a spread, is not one of them.
const authorized = new WeakSet<AuthorizedState>()
const executable = new WeakSet<ExecutableState>()

/** For the authorize stage alone. */
export const markAuthorized = (state: AuthorizedState): AuthorizedState => {
  const frozen = Object.freeze({ ...state })
  authorized.add(frozen)
  return frozen
}

export interface Clearance {
  readonly trail: StatementTrail
  readonly receipt: AuditAcknowledgement | null
  readonly record: () => Promise<AuditAcknowledgement>
  readonly recordDue: Promise<unknown>
  /** The digest a person approved and the broker handed out, when the decision needs one. */
  readonly approvedDigest: string | null
}

/**
 * Turns an authorized, recorded and, where needed, approved statement into one that may run.
 *
 * @throws TypeError when the statement was not made by the authorize stage, was denied, or is not what was approved
 */
export const releaseForExecution = (state: AuthorizedState, clearance: Clearance): ExecutableState => {
  if (!authorized.has(state)) throw new TypeError('the statement was not authorized')
  switch (state.decision.decision) {
    case 'deny':
      throw new TypeError('a denied statement cannot run')
    case 'needs-approval':
      if (clearance.approvedDigest !== state.approvalDigest)
        throw new TypeError('the statement is not what was approved')
      break
    case 'allow':
      break
    default:
      state.decision.decision satisfies never
      throw new TypeError('the decision is not known')
  }
  if (clearance.receipt === null && !isRead(state))
    throw new TypeError('only a read may be sent before its record is durable')
  // One release for each authorization: a second run needs a second judgement.
  authorized.delete(state)
  const released = Object.freeze({
    ...state,
    stage: 'executable' as const,
    trail: clearance.trail,
    receipt: clearance.receipt,
    record: clearance.record,
    recordDue: clearance.recordDue,
  })
  executable.add(released)
  return released
}

/**
 * Spends an executable statement. The driver port calls it before it sends anything.
 *
 * @throws TypeError when the statement is forged, or ran before
 */
export const spendExecutable = (state: ExecutableState): ExecutableState => {
  if (!executable.delete(state)) throw new TypeError('the statement is not executable')
  return state
}
