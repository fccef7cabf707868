import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database/tables.ts'
import type { ApprovalContext } from './approval-context.ts'
import { endOverdueApprovals } from './end-approvals.ts'

/** What is open at the moment. */
export interface OpenApprovals {
  /** Requests that wait for a person. */
  readonly pending: number
  /** When the one that waits longest was made; null when none waits. */
  readonly oldestPendingAt: Date | null
  /** The next moment at which a request ends by itself; null when none will. */
  readonly nextEndAt: Date | null
}

interface Found {
  readonly pending: number | string
  readonly oldest: Date | null
  readonly deadline: Date | null
  readonly valid: Date | null
  readonly settle: Date | null
}

const earliest = (moments: readonly (Date | null)[]): Date | null =>
  moments.reduce((first, each) => (first === null || (each !== null && each < first) ? each : first), null)

/** Each part is answered from an index of the open requests alone. */
const readOpenApprovals = async (database: Kysely<Tables>): Promise<OpenApprovals> => {
  const { rows } = await sql<Found>`
    select
      (select count(*) from approvals where state = 'pending') as pending,
      (select min(created_at) from approvals where state = 'pending') as oldest,
      (select min(deadline_at) from approvals where state = 'pending') as deadline,
      (select min(valid_until) from approvals where state = 'approved') as valid,
      (select min(settle_by) from approvals where state = 'claimed') as settle
  `.execute(database)
  const { pending = 0, oldest = null, deadline = null, valid = null, settle = null } = rows[0] ?? {}
  return { pending: Number(pending), oldestPendingAt: oldest, nextEndAt: earliest([deadline, valid, settle]) }
}

/** Keeps an eye on open requests, and ends those whose time is over. */
export interface OpenApprovalsWatch {
  /** As last read; null before the first time. */
  current(): OpenApprovals | null
  /** One look: asks the database only after a change, or when a request is due. */
  look(): Promise<void>
}

/**
 * The one sweeper of deadlines. Between changes it compares the clock with the next deadline, which it knows: an idle
 * broker asks its database nothing.
 */
export const watchOpenApprovals = (context: ApprovalContext): OpenApprovalsWatch => {
  const { clock, database, signals } = context
  let open: OpenApprovals | null = null
  let changes = 1
  let changesRead = 0
  signals.follow(() => {
    changes += 1
  })

  const read = async (): Promise<void> => {
    const seen = changes
    open = await readOpenApprovals(database)
    changesRead = seen
  }

  return {
    current: () => open,
    async look() {
      if (changes !== changesRead) await read()
      if (open?.nextEndAt == null || open.nextEndAt > clock()) return
      await endOverdueApprovals(context)
      await read()
    },
  }
}
