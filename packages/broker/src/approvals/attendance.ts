import { type Kysely, sql } from 'kysely'
import { addSeconds } from '../clock.ts'
import type { Tables } from '../database/tables.ts'

/**
 * After so long without a sign of life an agent that waited for an answer is gone. An SDK whose connection broke is back
 * within two seconds of finding a broker.
 */
export const ABSENCE_SECONDS = 10

/** Signs of life of agents that wait on this broker, on their way to the database. */
export class Attendance {
  #noted = new Map<string, Date>()
  #listeningSince: Date | null = null
  /** Whether a request of this database may have an agent that waits. False only when it was looked at. */
  mayBeAttended = true
  #lookAt: Date | null = null

  /** The agent of a request counts as waiting until then. */
  note(id: string, until: Date): void {
    this.#noted.set(id, until)
    this.mayBeAttended = true
  }

  /** Whether it is time to look for agents that are gone. */
  isDue(now: Date): boolean {
    return this.mayBeAttended && (this.#lookAt === null || this.#lookAt <= now)
  }

  /**
   * Says when the agent is missed that is missed first, of all whose requests were there at a look. An agent that is
   * heard after the look has at least the usual time from then on.
   */
  lookAgainAt(first: Date, now: Date): void {
    const ofLater = addSeconds(now, ABSENCE_SECONDS)
    this.#lookAt = first < ofLater ? first : ofLater
  }

  /**
   * Whether agents could have been heard for long enough that silence means absence. After a start, and after a time
   * without the database, they first get the time to come back.
   */
  isTrusted(now: Date): boolean {
    this.#listeningSince ??= now
    return now.getTime() - this.#listeningSince.getTime() >= ABSENCE_SECONDS * 1000
  }

  /** Stores what was noted, all of it with one statement. */
  async store(database: Kysely<Tables>): Promise<void> {
    const noted = this.#noted
    if (noted.size === 0) return
    this.#noted = new Map()
    const rows = [...noted].map(([id, until]) => ({ id, until: until.toISOString() }))
    try {
      await sql`
        update approvals set attended_until = noted.until
        from json_to_recordset(${JSON.stringify(rows)}::json) as noted (id text, until timestamptz)
        where approvals.id = noted.id and approvals.state = 'pending' and approvals.attended_until is not null
      `.execute(database)
    } catch (error) {
      this.#noted = new Map([...noted, ...this.#noted])
      this.interrupt()
      throw error
    }
  }

  /** Agents may have gone unheard. */
  interrupt(): void {
    this.#listeningSince = null
    this.#lookAt = null
  }
}
