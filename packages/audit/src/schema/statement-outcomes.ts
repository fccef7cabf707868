import type { OutcomeRecord } from '@snowfence/core'

type StatementOutcome = OutcomeRecord['outcome'] | 'denied' | 'abandoned'

/** How a statement can end: every value of `snowfence.outcome`. */
export const statementOutcomes = {
  completed: 'it ran, and its caller was given the result',
  failed: 'the warehouse refused or failed it',
  cancelled: 'its caller, a deadline or Snowflake stopped it',
  withheld: 'it ran, and the SDK discarded its rows',
  revoked: 'its session or approval was revoked, or ended, while it ran',
  unknown: 'it was sent and the answer of the warehouse never arrived: a write may have run',
  denied: 'the policy, a person or silence said no: it never ran',
  abandoned: 'the trail was closed first',
} as const satisfies Record<StatementOutcome, string>
