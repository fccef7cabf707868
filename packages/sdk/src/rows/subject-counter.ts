import { createHash, randomUUID } from 'node:crypto'
import type { Decision, Observation, StatementSummary, SubjectColumn } from '@snowfence/core'
import { createGovernedError } from '../driver/driver-error.ts'
import type { NamedSubject } from './read-pinned-subjects.ts'
import type { DriverRow, RowShaper } from './row-shaper.ts'

interface Counted {
  readonly perTask: Set<string>
  readonly perDay: Set<string>
}

// Shared by the connections of this process, so that opening another one does not start the day again.
const today: { day: string; readonly byPrincipal: Map<string, Set<string>> } = {
  day: '',
  byPrincipal: new Map(),
}

/** A digest and not the value: what is counted must not become a list of patients in memory. */
const subjectDigest = ({ column }: Pick<SubjectColumn, 'column'>, value: unknown): string =>
  createHash('sha256')
    .update(`${column}\u0000${String(value)}`)
    .digest('base64')

/**
 * Counts the distinct data subjects that a connection has been shown, before their values are masked, and those that its
 * statements named.
 *
 * A task is a connection; a day is a UTC day of one principal in this process.
 */
export class SubjectCounter {
  readonly #perTask = new Set<string>()
  readonly #principal: string

  constructor(principal: string) {
    this.#principal = principal
  }

  /**
   * Wraps a shaper so that a row of a subject beyond the limit is not handed over.
   *
   * @returns a shaper that throws GovernedError ERR_SUBJECT_LIMIT_EXCEEDED
   */
  count(shape: RowShaper, decision: Decision, names: readonly string[], now: Date): RowShaper {
    const { subjects, limits } = decision
    const { subjectsPerTask = Number.POSITIVE_INFINITY, subjectsPerDay = Number.POSITIVE_INFINITY } = limits
    const counted = this.#countedOn(now.toISOString().slice(0, 10))
    const read = (row: DriverRow, output: number): unknown =>
      Array.isArray(row) ? row[output] : row[names[output] ?? '']
    return (row) => {
      for (const subject of subjects) {
        const value = read(row, subject.output)
        if (value === null || value === undefined) continue
        const digest = subjectDigest(subject, value)
        counted.perTask.add(digest)
        counted.perDay.add(digest)
      }
      if (counted.perTask.size > subjectsPerTask)
        throw exceeded(decision, `more than ${subjectsPerTask} data subjects in this task`)
      if (counted.perDay.size > subjectsPerDay)
        throw exceeded(decision, `more than ${subjectsPerDay} data subjects today`)
      return shape(row)
    }
  }

  /**
   * Counts a statement that the warehouse began and could not finish as one more subject: that it failed may tell of
   * somebody, and nobody was shown who would be counted.
   */
  countFailure(now: Date): void {
    const counted = this.#countedOn(now.toISOString().slice(0, 10))
    const failure = `failure ${randomUUID()}`
    counted.perTask.add(failure)
    counted.perDay.add(failure)
  }

  /**
   * Refuses to run a statement where its outcome alone would tell of one more subject: by a failure once as many were
   * counted as the limits allow, and by any row once a statement has asked for more.
   *
   * @throws GovernedError ERR_SUBJECT_LIMIT_EXCEEDED
   */
  refuseUsedUp(decision: Decision, now: Date, { mayFail }: { readonly mayFail: boolean }): void {
    const { subjectsPerTask = Number.POSITIVE_INFINITY, subjectsPerDay = Number.POSITIVE_INFINITY } =
      decision.limits
    const { perTask, perDay } = this.#countedOn(now.toISOString().slice(0, 10))
    const asked = mayFail ? 1 : 0
    if (perTask.size + asked <= subjectsPerTask && perDay.size + asked <= subjectsPerDay) return
    throw createGovernedError('ERR_SUBJECT_LIMIT_EXCEEDED', {
      decision,
      message: mayFail
        ? 'as many data subjects were counted as the policy allows, and the statement computes something that may fail'
        : 'more data subjects were asked for than the policy allows, and nothing more is read about any',
      hint: mayFail
        ? 'compute with TRY_CAST and other forms that never fail, or leave the computation out'
        : 'begin another task with a connection of its own, or wait for the next day',
    })
  }

  /**
   * Counts subjects that a statement names, before it is sent. Where they are more than the limits allow, nothing is sent and
   * none of them counts.
   *
   * @returns what there would be too many of; null where all were counted
   */
  countNamed(
    subjects: readonly NamedSubject[],
    { limits, mayTellOfOthers }: Pick<Decision, 'limits' | 'mayTellOfOthers'>,
    now: Date,
  ): string | null {
    const { subjectsPerTask = Number.POSITIVE_INFINITY, subjectsPerDay = Number.POSITIVE_INFINITY } = limits
    const { perTask, perDay } = this.#countedOn(now.toISOString().slice(0, 10))
    const digests = new Set(subjects.map((subject) => subjectDigest(subject, subject.value)))
    // Somebody else of whom the statement may tell, and nobody knows who.
    if (mayTellOfOthers) digests.add(`other ${randomUUID()}`)
    const more = (counted: ReadonlySet<string>): number =>
      [...digests].filter((digest) => !counted.has(digest)).length
    if (perTask.size + more(perTask) > subjectsPerTask)
      return `more than ${subjectsPerTask} data subjects in this task`
    if (perDay.size + more(perDay) > subjectsPerDay) return `more than ${subjectsPerDay} data subjects today`
    for (const digest of digests) {
      perTask.add(digest)
      perDay.add(digest)
    }
    return null
  }

  #countedOn(day: string): Counted {
    if (today.day !== day) {
      today.day = day
      today.byPrincipal.clear()
    }
    const perDay = today.byPrincipal.get(this.#principal) ?? new Set<string>()
    today.byPrincipal.set(this.#principal, perDay)
    return { perTask: this.#perTask, perDay }
  }
}

const exceeded = (decision: Decision, what: string): Error =>
  createGovernedError('ERR_SUBJECT_LIMIT_EXCEEDED', {
    decision,
    message: `the result would show ${what}, and the policy allows no more`,
    hint: 'aggregate over the subjects, or ask for fewer of them',
  })

/** Whether a decision bounds how many data subjects may be seen, so that raw values must be counted. */
export const boundsSubjects = ({ limits }: Decision): boolean =>
  limits.subjectsPerTask !== undefined || limits.subjectsPerDay !== undefined

/** Whether reading a row counts its subject. Subjects that a statement names counted before it was sent. */
export const countsByReading = (decision: Decision): boolean =>
  boundsSubjects(decision) && decision.subjects.length > 0 && (decision.pinnedSubjects ?? []).length === 0

/**
 * Whether the outcome of a statement may be a failure of what it computes. Where the statement names subjects, every bind
 * that pins a column was read as a whole number, and fails nothing.
 */
export const mayFail = (
  summary: StatementSummary,
  { pinnedSubjects = [] }: Pick<Decision, 'pinnedSubjects'> = {},
): boolean => {
  if (summary.status !== 'analyzed' || summary.failsAlone) return true
  const uses = pinnedSubjects.length === 0 ? [] : (summary.tableUses ?? [])
  const pinned = new Set(uses.flatMap(({ pins }) => pins.map(({ column }) => column)))
  return summary.observations.some(
    (observation) =>
      (observation.kind === 'fail' || observation.by !== undefined) && !isOfPin(observation, pinned),
  )
}

const isOfPin = (
  { column, kind, place, by, byPin, functions, against }: Observation,
  pinned: ReadonlySet<string>,
): boolean =>
  pinned.size > 0 &&
  (byPin === true ||
    (kind === 'fail' &&
      place === 'filter' &&
      (by === '=' || by === 'IN') &&
      against === undefined &&
      functions.every((name) => name === by) &&
      pinned.has(column)))

/** SQLSTATE classes of a statement that was refused before it touched a row: syntax and access, no object, no feature. */
const REFUSED_UNREAD = /^(?:42|02|0A)/

/** Whether the warehouse gave a statement up while it was computing. */
export const failedWhileComputing = (error: unknown): boolean => {
  const { sqlState } = (error ?? {}) as { sqlState?: unknown }
  return typeof sqlState !== 'string' || !REFUSED_UNREAD.test(sqlState)
}
