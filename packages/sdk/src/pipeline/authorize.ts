import {
  type ApprovalStatement,
  type Decision,
  type DecisionReason,
  approvalDigest as digestApproval,
} from '@snowfence/core'
import { evaluate } from '@snowfence/policy'
import { readPinnedSubjects } from '../rows/read-pinned-subjects.ts'
import type { BindValue, ReceivedStatement } from '../statement/statement-options.ts'
import type { PipelineEnvironment } from './pipeline-environment.ts'
import { refuseRole } from './refuse-role.ts'
import { refuseParameters } from './statement-parameters.ts'
import { type AnalyzedState, type AuthorizedState, markAuthorized } from './statement-states.ts'

const sendable = (bind: BindValue): unknown =>
  Array.isArray(bind)
    ? bind.map((value) => sendable(value as BindValue))
    : typeof bind === 'number' && !Number.isFinite(bind)
      ? null
      : bind

/** The statement as a person approves it and as it will run: exact text, binds and context. */
export const approvalStatementOf = (
  state: Pick<AnalyzedState, 'executableText' | 'received' | 'context'>,
): ApprovalStatement => ({
  sqlText: state.executableText,
  // An empty list and none are the same to the warehouse.
  binds: state.received.binds?.length ? state.received.binds.map(sendable) : null,
  warehouse: state.context.warehouse,
  database: state.context.database,
  schema: state.context.schema,
})

const deny = (decision: Decision, reason: DecisionReason): Decision => ({
  ...decision,
  decision: 'deny',
  columns: [],
  approval: null,
  wouldPass: [],
  reasons: [reason],
})

/** Ways of executing that no rule speaks of, because each would change what the analysed text means or returns. */
const refuseManner = (received: ReceivedStatement): DecisionReason | null => {
  if (received.isResubmission && received.sqlText === undefined)
    return {
      code: 'resubmission-without-text',
      message: 'a request id without its text would return the result of a statement that was not analysed',
      hint: 'pass the statement text together with the request id',
    }
  return refuseParameters(received.parameters)
}

const requestIdReused: DecisionReason = {
  code: 'request-id-reused',
  message: 'the request id stands for another statement, whose rows the warehouse would answer with',
  hint: 'leave the request id out',
}

/** A statement that a person approved runs once, under a lease that ends with it: it cannot be left running. */
const refuseUnattended = (decision: Decision, received: ReceivedStatement): DecisionReason | null =>
  decision.decision === 'needs-approval' && received.asyncExec
    ? {
        code: 'asynchronous-approval',
        message: 'a statement that needs an approval cannot be started asynchronously',
        hint: 'run it without asyncExec',
      }
    : null

/** The driver carries a file when the warehouse has answered: there is nothing to describe, and nobody waits for it. */
const refuseUnseenTransfer = ({ summary, received }: AnalyzedState): DecisionReason | null =>
  (received.asyncExec || received.describeOnly) &&
  summary.effects.some((effect) => effect === 'put' || effect === 'get')
    ? {
        code: 'unattended-transfer',
        message: 'a file is carried while its statement is waited for',
        hint: 'run it without asyncExec and describeOnly',
      }
    : null

/**
 * A bulk statement runs once for each set of binds. One that reads is as many questions as there are sets, of which the
 * policy was asked about one.
 */
const refuseBulkRead = ({ summary, binds }: AnalyzedState): DecisionReason | null => {
  // As the driver tells a bulk statement.
  if (!Array.isArray(binds[0])) return null
  if (summary.status === 'analyzed' && summary.kind === 'insert' && summary.reads.length === 0) return null
  return {
    code: 'bulk-binds',
    message:
      'many sets of binds are for an INSERT that reads no table, and this would run once for each of them',
    hint: 'run it once for each set, or insert the sets into a table first',
  }
}

/** A result that is known beforehand to have more rows than its rule allows. */
const refuseRowLimit = (decision: Decision, state: AnalyzedState): DecisionReason | null => {
  const limit = decision.limits.rows
  if (limit === undefined || state.summary.status !== 'analyzed') return null
  const asked = state.summary.rowLimit
  if (asked === null || asked <= limit) return null
  return {
    code: 'row-limit',
    message: `the statement asks for up to ${asked} rows and the policy allows ${limit}`,
    hint: `use LIMIT ${limit} or less, or aggregate`,
  }
}

/** The driver keeps columns by name in a plain object, and fails at a result that has one of these, after it ran. */
const unreadableNames = new Set(Object.getOwnPropertyNames(Object.prototype))

const refuseUnreadableResult = ({ summary }: AnalyzedState): DecisionReason | null => {
  if (summary.status !== 'analyzed') return null
  const name = summary.outputs.find(
    (output) => output.name !== null && unreadableNames.has(output.name),
  )?.name
  return name === undefined
    ? null
    : {
        code: 'column-name-unreadable',
        message: `the driver cannot read a result with a column named \`${name}\``,
        hint: 'give the column another name, with AS',
      }
}

/** Counts the subjects that the statement names. They count whether or not it finds anything. */
const refuseNamedSubjects = (
  decision: Decision,
  state: AnalyzedState,
  { subjects, now }: PipelineEnvironment,
): DecisionReason | null => {
  const { pinnedSubjects = [] } = decision
  if (decision.decision === 'deny' || pinnedSubjects.length === 0) return null
  const uses = state.summary.status === 'analyzed' ? (state.summary.tableUses ?? []) : []
  const named = readPinnedSubjects(pinnedSubjects, uses, state)
  if (named === null)
    return {
      code: 'subject-not-countable',
      message: 'the policy limits data subjects, and a bind in the place of one is no whole number',
      hint: 'bind the number of one data subject in each place',
    }
  const exceeded = subjects.countNamed(named, decision, now())
  return exceeded === null
    ? null
    : {
        code: 'subject-limit',
        message: `the statement names ${exceeded}, and the policy allows no more`,
        hint: 'ask for fewer of them',
      }
}

/** Second stage: may they, and with what obligations? Never throws for a statement that is merely refused. */
export const authorize = async (
  state: AnalyzedState,
  environment: PipelineEnvironment,
): Promise<AuthorizedState> => {
  const { policy, digest, principal } = await environment.policy()
  const judged = evaluate(policy, {
    principal,
    agent: environment.agent,
    purpose: environment.purpose,
    summary: state.summary,
    now: environment.now(),
  })
  const approvalDigest = digestApproval({
    statement: approvalStatementOf(state),
    role: judged.approval?.role ?? state.context.role,
    policyDigest: digest,
    principal,
    purpose: environment.purpose,
  })
  const isReused = environment.requestIds.isTaken(state.received.requestId, approvalDigest)
  const refusal =
    refuseManner(state.received) ??
    refuseUnattended(judged, state.received) ??
    refuseUnseenTransfer(state) ??
    refuseBulkRead(state) ??
    refuseRole(state) ??
    (isReused ? requestIdReused : null) ??
    refuseUnreadableResult(state) ??
    refuseRowLimit(judged, state)
  let decision = refusal === null || judged.decision === 'deny' ? judged : deny(judged, refusal)
  const refusedSubjects = refuseNamedSubjects(decision, state, environment)
  if (refusedSubjects !== null) decision = deny(decision, refusedSubjects)
  if (decision.decision !== 'deny' && !environment.countStatement(decision.limits.statementsPerHour))
    decision = deny(decision, {
      code: 'rate-limit',
      message: `the policy allows ${decision.limits.statementsPerHour} statements in an hour`,
      hint: 'wait, or combine statements',
    })
  return markAuthorized({ ...state, stage: 'authorized', decision, approvalDigest })
}
