import { type Approval, type ApprovalState, isSnowfenceError, type SnowfenceError } from '@snowfence/core'
import { formatCursor, parseCursor } from '../page-cursor.ts'
import type { ApprovalContext } from './approval-context.ts'
import { type ApprovalRead, withDecisions } from './approval-reads.ts'
import type { ApprovalRow } from './approval-row.ts'
import { endOverdueApprovals, isOverdue } from './end-approvals.ts'
import { assertReadable } from './readable-approval.ts'
import { readableBy } from './readable-approvals.ts'
import { type ApprovalReader, mayRead, showApproval } from './show-approval.ts'

export interface PageRequest {
  readonly state?: ApprovalState | undefined
  readonly order: 'newest' | 'oldest'
  readonly limit: number
  /** `next` of the page before; the first page without it. */
  readonly cursor?: string | undefined
}

export interface ApprovalPage {
  readonly approvals: Approval[]
  /** Cursor of the next page; null on the last one. */
  readonly next: string | null
  /** When the request that waits longest was made, of those that the reader may read; null when none waits. */
  readonly oldestPendingAt: string | null
  /** The errors of requests that are left out, because their rows are damaged: for the log. */
  readonly leftOut: readonly SnowfenceError[]
}

/** One page of the requests that somebody may read. A damaged one does not hide the others. */
export const listApprovals = async (
  context: ApprovalContext,
  { state, order, limit, cursor }: PageRequest,
  reader: ApprovalReader,
): Promise<ApprovalPage> => {
  const { clock, config, database } = context
  const direction = order === 'newest' ? 'desc' : 'asc'
  const readable = () => readableBy(database, reader, config.groups.auditors)

  const readRows = (): Promise<ApprovalRow[]> => {
    // One more than asked for, which tells whether there is a next page.
    let query = readable()
      .orderBy('created_at', direction)
      .orderBy('id', direction)
      .limit(limit + 1)
    if (state !== undefined) query = query.where('state', '=', state)
    if (cursor === undefined) return query.execute()
    const [createdAt, id] = parseCursor(cursor)
    return query
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple('created_at', 'id'), order === 'newest' ? '<' : '>', tuple(new Date(createdAt), id)),
      )
      .execute()
  }

  let rows = await readRows()
  if (rows.some((row) => isOverdue(row, clock()))) {
    await endOverdueApprovals(context)
    rows = await readRows()
  }
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const oldest = await readable()
    .clearSelect()
    .select('created_at')
    .where('state', '=', 'pending')
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst()
  const leftOut: SnowfenceError[] = []
  const show = async ({ row, decisions }: ApprovalRead): Promise<Approval | null> => {
    try {
      assertReadable(row)
      return mayRead(context, row, reader)
        ? await showApproval(context, row, reader, { withStatement: false, decisions })
        : null
    } catch (error) {
      if (!isSnowfenceError(error, 'ERR_BROKER_ROW_DAMAGED')) throw error
      leftOut.push(error)
      return null
    }
  }
  const shown = await Promise.all((await withDecisions(database, page)).map(show))
  return {
    approvals: shown.filter((approval) => approval !== null),
    leftOut,
    next: rows.length > limit && last !== undefined ? formatCursor(last) : null,
    oldestPendingAt: oldest?.created_at.toISOString() ?? null,
  }
}
