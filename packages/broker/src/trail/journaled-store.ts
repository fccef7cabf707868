import { setImmediate } from 'node:timers/promises'
import { appendLeaves, notDurable, recordId } from '@snowfence/audit'
import type { Receipt } from '@snowfence/core'
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { acceptAll, headOf } from './accept-all.ts'
import { appendAtEdge } from './append-at-edge.ts'
import { formatEntry } from './journal-entry.ts'
import { type JournalFiles, journalCorrupt, openJournal } from './open-journal.ts'
import { type Committed, type RecordStore, type SealedRequest, type Step, sealAll } from './record-store.ts'
import { createSealedIds } from './sealed-ids.ts'
import { createTurns } from './turns.ts'
import { withoutSealed } from './without-sealed.ts'

// Waiting records are moved when nothing came for a while, when the first of them has waited long, or when they are many.
const IDLE_MS = 100
const MAX_AGE_MS = 1000
const MANY = 512
/** In one turn, which is a matter of milliseconds. */
const MOVED_AT_ONCE = 32
/** No more are taken before some were moved: a database that fails stops the agents, as it does without a journal. */
const MAX_WAITING = 1024

const findIds = async (database: Kysely<Tables>, sessionId: string, most: number): Promise<string[]> => {
  const rows = await database
    .selectFrom('records')
    .select(['trace_id', 'span_id'])
    .where('session_id', '=', sessionId)
    .limit(most)
    .execute()
  return rows.map((row) => recordId({ traceId: row.trace_id, spanId: row.span_id }, { sessionId }))
}

/**
 * Acknowledges records when they are in a journal on the disk, and moves them to the database behind it.
 *
 * For a database that nobody else writes to: leaves are given out at an edge that is known here alone. What a crash left
 * in the journal is moved before this resolves.
 *
 * INVARIANT: the tree is what the database holds (`stored`) and behind it `waiting`, which is in the journal; `edge` is
 * its end. Everything that changes one of them takes its turn.
 *
 * @throws SnowfenceError `ERR_BROKER_DATA_CORRUPT`
 */
export const openJournaledStore = async (
  database: Kysely<Tables>,
  files: JournalFiles,
): Promise<RecordStore> => {
  const { lines, head: headFile, isHeadMissing, ...found } = await openJournal(database, files)
  const inTurn = createTurns()
  let { stored, waiting } = found
  let edge = appendLeaves(
    stored,
    waiting.map(({ leafHash }) => leafHash),
  ).frontier
  let waitingSince = 0
  let timer: NodeJS.Timeout | undefined
  let isMoving = false
  let isLost = false

  const ids = createSealedIds({
    load: async (sessionId, most) => [
      ...waiting.filter(({ record }) => record.source.sessionId === sessionId).map(({ id }) => id),
      ...(await findIds(database, sessionId, most)),
    ],
  })

  const assertSound = (): void => {
    if (isLost) throw notDurable('store-failed', { reason: 'the database has another end than the journal' })
    lines.assertSound()
  }

  /** After this nobody knows what belongs behind what: only the next start can compare the journal with the database. */
  const lose = (): never => {
    isLost = true
    throw notDurable('store-failed', { reason: 'the database has another end than the journal' })
  }

  /** Keeps the head of what is durable, before it is acknowledged. Without it the loss of a record could go unnoticed. */
  const keepHead = (head: Pick<Receipt, 'treeSize' | 'rootHash'>): void => {
    try {
      headFile.write({ size: head.treeSize, rootHash: head.rootHash })
    } catch {
      isLost = true
      throw notDurable('store-failed', { reason: 'the head of the trail could not be kept' })
    }
  }

  /** Empties the journal. The kept head reaches the disk first: it is all that shows a loss then. */
  const clearJournal = async (): Promise<void> => {
    headFile.sync()
    await lines.clear()
  }

  /** Moves the first of the waiting records. The journal is cut when the last one is in the database, never before. */
  const move = async (count: number): Promise<void> => {
    assertSound()
    if (waiting.length === 0) return
    const moved = waiting.slice(0, count)
    stored = (await appendAtEdge(database, moved, stored)) ?? lose()
    waiting = waiting.slice(moved.length)
    if (waiting.length === 0) await clearJournal()
  }

  /** A few at a time, with a look at what arrived meanwhile in between: the database answers on this thread. */
  const moveUntil = async (isDone: () => boolean): Promise<void> => {
    await inTurn(() => move(MOVED_AT_ONCE))
    while (!isDone()) {
      await setImmediate()
      await inTurn(() => move(MOVED_AT_ONCE))
    }
  }

  const moveAll = async (): Promise<void> => {
    if (isMoving) return
    isMoving = true
    try {
      await moveUntil(() => waiting.length === 0)
    } catch {
      // They stay in the journal and are tried again; whoever reads the trail or changes anything is told.
    } finally {
      isMoving = false
    }
  }

  const planMove = (): void => {
    if (waiting.length >= MANY || performance.now() - waitingSince >= MAX_AGE_MS) void moveAll()
    else timer = timer?.refresh() ?? setTimeout(() => void moveAll(), IDLE_MS).unref()
  }

  /** Commits what `work` does and, behind everything that waits, the records that it adds. */
  const commit = async <T>(
    work: (transaction: Transaction<Tables>) => Promise<Step<T>>,
  ): Promise<Committed<T>> => {
    assertSound()
    let isCommitting = false
    const committed = await database
      .transaction()
      .execute(async (transaction) => {
        const { result, seal } = await work(transaction)
        const step = { result, records: seal() }
        const added = step.records.length > 0
        const frontier = added
          ? ((await appendAtEdge(transaction, [...waiting, ...step.records], stored)) ?? lose())
          : null
        isCommitting = added
        return { step, frontier }
      })
      .catch((error: unknown) => {
        // A commit that failed may have happened. Behind the wrong edge the next record would be lost.
        if (isCommitting) isLost = true
        throw error
      })
    if (committed.frontier === null) return committed.step
    const hadWaiting = waiting.length > 0
    stored = committed.frontier
    edge = stored
    waiting = []
    keepHead(headOf(edge))
    for (const { id, record } of committed.step.records) ids.add(record.source.sessionId ?? '', [id])
    // It is committed, whatever becomes of the journal: a cut that fails is found by the next one who writes.
    if (hadWaiting) await clearJournal().catch(() => undefined)
    return committed.step
  }

  /** For a request of which something may be sealed already. */
  const appendByDatabase = async (request: SealedRequest): Promise<void> => {
    await move(waiting.length)
    const { records, result: held } = await commit(async (transaction) => {
      const unsealed = await withoutSealed(transaction, request.sessionId, request.records)
      return { result: unsealed.held, seal: () => unsealed.records }
    })
    acceptAll([{ ...request, records, held }], edge.size - records.length, headOf(edge))
  }

  const appendByJournal = async (requests: readonly SealedRequest[]): Promise<void> => {
    const firstLeaf = edge.size
    const records = requests.flatMap((request) => request.records)
    if (records.length === 0) return acceptAll(requests, firstLeaf, headOf(edge))
    const durable = lines.append(
      records.map((sealed, offset) => formatEntry({ index: firstLeaf + offset, sealed })).join(''),
    )
    // Computed while the disk is at work.
    const { frontier } = appendLeaves(
      edge,
      records.map(({ leafHash }) => leafHash),
    )
    const head = headOf(frontier)
    await durable
    keepHead(head)
    edge = frontier
    if (waiting.length === 0) waitingSince = performance.now()
    waiting = [...waiting, ...records]
    acceptAll(requests, firstLeaf, head)
    planMove()
  }

  try {
    await move(waiting.length)
    keepHead(headOf(edge))
    // What was moved in an earlier run, just before it ended.
    await clearJournal()
  } catch (error) {
    headFile.close()
    await lines.close()
    throw isLost
      ? journalCorrupt(files.file, 'holds records that do not fit behind those of the database', error)
      : error
  }

  return {
    isHeadMissing,
    append: (group) =>
      inTurn(async () => {
        assertSound()
        if (waiting.length >= MAX_WAITING) await move(waiting.length)
        const fresh: SealedRequest[] = []
        const doubtful: SealedRequest[] = []
        for (const request of sealAll(group)) {
          const isFresh = await ids.take(
            request.sessionId,
            request.records.map(({ id }) => id),
          )
          ;(isFresh ? fresh : doubtful).push(request)
        }
        if (fresh.length > 0) await appendByJournal(fresh)
        for (const request of doubtful) await appendByDatabase(request).catch(request.refuse)
      }),
    transact: (work) => inTurn(() => commit(work)),
    settle: () => {
      const { size } = edge
      return moveUntil(() => stored.size >= size)
    },
    async close() {
      clearTimeout(timer)
      await inTurn(async () => {
        // What cannot be moved now is moved at the next start.
        await move(waiting.length).catch(() => undefined)
        await lines.close()
        headFile.close()
      })
    },
  }
}
