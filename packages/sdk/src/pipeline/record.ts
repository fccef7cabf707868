import {
  type AuditAcknowledgement,
  type Decision,
  errorCatalogue,
  isSnowfenceError,
  SnowfenceError,
  type StatementTrail,
} from '@snowfence/core'
import { createGovernedError } from '../driver/driver-error.ts'
import type { OpenGovernance } from '../ports/governance.ts'
import { describeBinds } from '../statement/statement-options.ts'
import type { PipelineEnvironment } from './pipeline-environment.ts'
import type { AuthorizedState } from './statement-states.ts'

/** Errors that say more than that a record is not durable: a history that was rewritten, and a refused record. */
const isOfItsOwn = (error: unknown): boolean =>
  isSnowfenceError(error, 'ERR_AUDIT_HISTORY_REWRITTEN') ||
  isSnowfenceError(error, 'ERR_AUDIT_RECORD_REFUSED')

/** What the broker said when it took no record, such as that the session is over: the truth about the failure. */
const tellRefusal = (cause: unknown): { readonly message?: string; readonly hint?: string } => {
  if (!isSnowfenceError(cause, 'ERR_AUDIT_NOT_DURABLE')) return {}
  const { code, reason } = cause.details
  if (typeof code !== 'string' || typeof reason !== 'string' || !Object.hasOwn(errorCatalogue, code))
    return {}
  const { hint } = errorCatalogue[code as keyof typeof errorCatalogue]
  return {
    message: `the broker did not take the audit record: ${reason} (${code})`,
    hint: `${hint}; run a write again only where \`execution\` is \`not-run\`, and look it up with \`connection.lookUp()\` where it is \`unknown\``,
  }
}

/** Turns a failure of the audit store into the error that the statement ends with. */
const durable = async (record: () => Promise<AuditAcknowledgement>): Promise<AuditAcknowledgement> => {
  try {
    const acknowledgement = await record()
    if (typeof acknowledgement?.digest !== 'string' || acknowledgement.digest === '')
      throw new TypeError('the audit store acknowledged nothing')
    return acknowledgement
  } catch (cause) {
    if (isOfItsOwn(cause)) throw cause
    throw new SnowfenceError('ERR_AUDIT_NOT_DURABLE', { ...tellRefusal(cause), cause })
  }
}

/**
 * The hour's limit holds for a principal and not for a connection: the acknowledgement of a record says how many
 * statements there were on all of them, this one included. A store that should say so and does not lets nothing through.
 */
const refuseBeyondHour = (decision: Decision, traceId: string, ports: OpenGovernance): void => {
  const limit = decision.limits.statementsPerHour
  if (decision.decision === 'deny' || limit === undefined || ports.statementsThisHour === undefined) return
  const count = ports.statementsThisHour()
  if (count !== null && count <= limit) return
  throw createGovernedError('ERR_RATE_LIMIT_EXCEEDED', {
    decision,
    traceId,
    message:
      count === null
        ? `the policy allows ${limit} statements in an hour, and the broker did not say how many there were`
        : `the policy allows ${limit} statements in an hour, over all connections of the principal`,
  })
}

/**
 * A trail that is ended once, and whose every record is durable, an ERR_AUDIT_NOT_DURABLE, or an
 * ERR_AUDIT_HISTORY_REWRITTEN that has ended the connection.
 */
export interface DurableTrail extends StatementTrail {
  /** True after a denial, a refused approval, or `finish`: nothing more is to be recorded. */
  readonly isEnded: boolean
}

/**
 * Opens the trail of a statement as a child of the caller's active span. A denial ends it with its `authorize`
 * record, a refused approval with its `approval` record, everything else with `finish`.
 */
export const openTrail = async (
  state: AuthorizedState,
  environment: PipelineEnvironment,
): Promise<DurableTrail> => {
  const { principal } = await environment.policy()
  const { host, port } = environment.server
  const trail = environment.ports.audit.begin({
    sessionId: environment.ports.sessionId,
    principal,
    agent: environment.agent,
    purpose: environment.purpose,
    account: state.context.account,
    ...(host === null ? {} : { host }),
    ...(port === null ? {} : { port }),
    role: state.context.role,
    warehouse: state.context.warehouse,
    database: state.context.database,
    schema: state.context.schema,
    requestId: state.received.requestId,
    ...describeBinds(state.received.binds),
  })
  let isEnded = false
  let rewritten: SnowfenceError | null = null
  const write = async (record: () => Promise<AuditAcknowledgement>): Promise<AuditAcknowledgement> => {
    try {
      const acknowledgement = await durable(record)
      environment.lastReceipt.digest = acknowledgement.digest
      environment.lastReceipt.isFailing = false
      return acknowledgement
    } catch (error) {
      environment.lastReceipt.isFailing = true
      if (rewritten === null && isSnowfenceError(error, 'ERR_AUDIT_HISTORY_REWRITTEN')) {
        rewritten = error
        environment.end(createGovernedError(error.code, { message: error.message, traceId: trail.traceId }))
      }
      throw rewritten ?? error
    }
  }
  return {
    traceId: trail.traceId,
    ...(trail.traceparent === undefined ? {} : { traceparent: trail.traceparent }),
    get isEnded() {
      return isEnded
    },
    authorize: async (record) => {
      if (record.decision.decision === 'deny') isEnded = true
      const acknowledgement = await write(() => trail.authorize(record))
      refuseBeyondHour(record.decision, trail.traceId, environment.ports)
      return acknowledgement
    },
    approval: async (record) => {
      if (record.state !== 'approved') isEnded = true
      return await write(() => trail.approval(record))
    },
    finish: async (record) => {
      isEnded = true
      return await write(() => trail.finish(record))
    },
  }
}
