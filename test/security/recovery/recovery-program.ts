import type { Answer, Ask, DeskName, Row } from './start-recovery.ts'

export type { Row }

/** A way to a value that its policy hides: honest-looking statements, and what their answers tell. */
export interface RecoveryProgram {
  /** What it recovers, and by what. */
  readonly name: string
  readonly desk: DeskName
  /** What ends it: a refusal with its reason, or a mask that withholds what it wanted to see. */
  readonly endsBy: 'denial' | 'denial or mask'
  /** The value, as soon as the answers determine it; null where they do not. */
  readonly recover: (ask: Ask) => Promise<string | null>
  /** What the warehouse's administrator reads: the value itself. */
  readonly truth: string
  /** The nearest statement that tells nothing hidden. It runs. */
  readonly honest?: string
}

/** The policy answered with a refusal: the program has nothing to go by. */
export class Refused extends Error {}

/** The rows of an answer. @throws Refused where the policy denied the statement */
export const rowsOf = (answer: Answer): readonly Row[] => {
  if (answer.kind === 'denied') throw new Refused(answer.reason)
  if (answer.kind === 'failed') throw new Error(`the statement failed with ${answer.code}`)
  return answer.rows
}

/** The values of one row, as text; an empty text for NULL. */
export const cellsOf = (row: Row | undefined): readonly string[] =>
  Object.values(row ?? {}).map((value) => (value === null ? '' : String(value)))

export const firstCell = (answer: Answer): string => cellsOf(rowsOf(answer)[0])[0] ?? ''

/** Whether the warehouse could compute it: an error is an answer, too. @throws Refused */
export const hasFailed = (answer: Answer): boolean => {
  if (answer.kind === 'denied') throw new Refused(answer.reason)
  return answer.kind === 'failed'
}

/**
 * Finds a whole number by halving.
 *
 * @param from - the least that it may be
 * @param to - more than it may be
 * @param isBelow - whether it is smaller than this one
 */
export const search = async (
  from: number,
  to: number,
  isBelow: (bound: number) => Promise<boolean>,
): Promise<number> => {
  let [least, above] = [from, to]
  while (above - least > 1) {
    const middle = Math.floor((least + above) / 2)
    if (await isBelow(middle)) above = middle
    else least = middle
  }
  return least
}

export const digits = (value: number, length: number): string => String(value).padStart(length, '0')

const DAY_MS = 86_400_000
/** A day as SQL writes it, counted from the first one. */
export const dayAfter = (first: string, days: number): string =>
  new Date(Date.parse(`${first}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/** A second as SQL writes it, counted from the first one. */
export const secondAfter = (first: string, seconds: number): string =>
  new Date(Date.parse(`${first}T00:00:00Z`) + seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')

/** An SSN, of the number that its nine digits are. */
export const ssnOf = (value: number): string => {
  const text = digits(value, 9)
  return `${text.slice(0, 3)}-${text.slice(3, 5)}-${text.slice(5)}`
}
