import { setImmediate } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import type { ApprovalRow, DecisionRow } from './approval-row.ts'

export interface ApprovalRead {
  readonly row: ApprovalRow
  /** The answers that people gave, in their order. Those of a window count for every request under it. */
  readonly decisions: readonly DecisionRow[]
}

/** Reads that are remembered. A row holds its sealed statement, so they are few: those that thousands ask for. */
const MAX_REMEMBERED = 64
/** Requests in one question to the database. */
const MAX_BATCH = 500

interface Asker {
  resolve(found: ApprovalRead | undefined): void
  reject(error: unknown): void
}

/** Requests, each with the answers to it. */
export const withDecisions = async (
  database: Kysely<Tables>,
  rows: readonly ApprovalRow[],
): Promise<ApprovalRead[]> => {
  if (rows.length === 0) return []
  const decidedIds = [...new Set(rows.map(({ id, window_of }) => window_of ?? id))]
  const decisions = await database
    .selectFrom('approval_decisions')
    .selectAll()
    .where('approval_id', 'in', decidedIds)
    .orderBy('at')
    .orderBy('subject')
    .execute()
  const ofApproval = new Map<string, DecisionRow[]>()
  for (const decision of decisions) {
    const { approval_id } = decision
    const known = ofApproval.get(approval_id) ?? []
    known.push(decision)
    ofApproval.set(approval_id, known)
  }
  return rows.map((row) => ({ row, decisions: ofApproval.get(row.window_of ?? row.id) ?? [] }))
}

/**
 * Reads requests with the answers to them. Reads that come at the same time share two questions to the database: one
 * decision can wake thousands who wait for it. A read that comes while the database is answering is part of the next one,
 * so that each sees everything that was committed before it.
 *
 * Where this broker alone changes requests, a read holds until the next change of any: `followChanges` tells of it before
 * the change is answered.
 */
export const createApprovalReads = (
  database: Kysely<Tables>,
  followChanges: ((follower: () => void) => void) | null,
): ((id: string) => Promise<ApprovalRead | undefined>) => {
  let asked = new Map<string, Asker[]>()
  let isReading = false
  let changes = 0
  const remembered = new Map<string, ApprovalRead>()
  followChanges?.(() => {
    changes += 1
    remembered.clear()
  })
  const remember = (read: ApprovalRead, readAfter: number): void => {
    if (followChanges === null || readAfter !== changes) return
    const [oldest] = remembered.keys()
    if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
    remembered.set(read.row.id, read)
  }

  const readOnce = async (batch: ReadonlyMap<string, readonly Asker[]>): Promise<void> => {
    const ids = [...batch.keys()]
    for (let start = 0; start < ids.length; start += MAX_BATCH) {
      const part = ids.slice(start, start + MAX_BATCH)
      const askers = (id: string): readonly Asker[] => batch.get(id) ?? []
      const readAfter = changes
      try {
        const rows = await database.selectFrom('approvals').selectAll().where('id', 'in', part).execute()
        const reads = await withDecisions(database, rows)
        const found = new Map(reads.map((read) => [read.row.id, read]))
        for (const read of reads) remember(read, readAfter)
        for (const id of part) for (const { resolve } of askers(id)) resolve(found.get(id))
      } catch (error) {
        for (const id of part) for (const { reject } of askers(id)) reject(error)
      }
    }
  }

  const run = async (): Promise<void> => {
    isReading = true
    while (asked.size > 0) {
      await setImmediate()
      const batch = asked
      asked = new Map()
      await readOnce(batch)
    }
    isReading = false
  }

  return (id) =>
    new Promise((resolve, reject) => {
      const known = remembered.get(id)
      if (known !== undefined) return resolve(known)
      const askers = asked.get(id) ?? []
      askers.push({ resolve, reject })
      asked.set(id, askers)
      if (!isReading) void run()
    })
}
