import type { Subject } from './subject.ts'

/** Where a scenario may come out differently under governance, and why. */
export interface Difference {
  /** Member of the driver's surface, as in `Scenario.shows`. */
  readonly member: string
  readonly kind: 'differs' | 'refused'
  /** Place in the observation, segments joined by dots; `*` stands for any one segment. Covers what is below it. */
  readonly at: string
  /** What a governed program observes there: matched against the JSON of the place. */
  readonly governed: RegExp
  /** Where it is so on one path alone: `fast` converts cells itself, `public` keeps to the driver's public members. */
  readonly only?: 'fast' | 'public'
  /** One sentence for the documentation. */
  readonly why: string
}

/**
 * One thing that a program does with the driver. It runs in a process where `snowflake-sdk` is the driver, and again in
 * processes where it is the governed stand-in, and what it observes is compared.
 */
export interface Scenario {
  /** A sentence that says what is the same. */
  readonly name: string
  /** The members of the driver's surface that the observation covers. */
  readonly shows: readonly string[]
  readonly differs?: readonly Difference[]
  /** Resolves with everything that a caller can observe. */
  run(subject: Subject): Promise<unknown>
}
