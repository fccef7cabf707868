import { setImmediate } from 'node:timers/promises'
import { countOpenStatements, type OpenStatements, readStep, type StatementStep } from '@snowfence/audit'
import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { readTreeSize } from './tree-rows.ts'

/** Records in one read, so that requests are answered between two of them. */
const PAGE = 500
/** Reads in one look: a look at a long trail holds up no stop, and takes little from those who seal. */
const MOST_PAGES = 20

/** Statements that were let through and have no outcome in the trail: what became of them is unknown, or they run. */
export interface OpenStatementsWatch {
  /** Records were sealed here: the next look reads them. */
  note(): void
  /**
   * Reads records that were added since the last call, at most ten thousand. Asks the database after records were sealed
   * here, after the figures were asked for where other replicas seal too, and while records are left to read. A broker that
   * nobody asks anything asks its database nothing.
   */
  look(): Promise<void>
  /** As last read, with how many sealed records the count does not cover yet. */
  current(): OpenStatements & { readonly unread: number }
}

export interface OpenStatementsOptions {
  /** Whether no other broker seals records in this database. */
  readonly exclusive: boolean
}

/**
 * Follows the trail in the order of its leaves. Memory holds the open statements, not the ended ones: a session sends an
 * outcome after the record that it ends, so an outcome never comes first.
 */
export const watchOpenStatements = (
  database: Kysely<Tables>,
  { exclusive }: OpenStatementsOptions,
): OpenStatementsWatch => {
  let open: readonly StatementStep[] = []
  let next = 0
  let known = 0
  let isDue = true

  const readPage = async (size: number): Promise<void> => {
    const rows = await database
      .selectFrom('records')
      .select('body')
      .where('leaf_index', '>=', next)
      .where('leaf_index', '<', Math.min(size, next + PAGE))
      .where('source', '=', 'session')
      .execute()
    const steps = [...open, ...rows.flatMap(({ body }) => readStep(body) ?? [])]
    const ended = new Set(steps.filter(({ kind }) => kind === 'ended').map(({ statement }) => statement))
    open = steps.filter(({ kind, statement }) => kind === 'authorized' && !ended.has(statement))
    next = Math.min(size, next + PAGE)
  }

  return {
    note() {
      isDue = true
    },
    async look() {
      if (!isDue) return
      isDue = false
      try {
        known = await readTreeSize(database)
        for (let page = 0; page < MOST_PAGES && next < known; page += 1) {
          await readPage(known)
          await setImmediate()
        }
        if (next < known) isDue = true
      } catch (error) {
        isDue = true
        throw error
      }
    },
    current() {
      // This replica is not told what others have sealed.
      if (!exclusive) isDue = true
      return { ...countOpenStatements(open), unread: known - next }
    },
  }
}
