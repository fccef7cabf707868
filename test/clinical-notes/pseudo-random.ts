/** A small deterministic source of choices: the same seed gives the same notes on every machine. */
export interface Choices {
  /** An integer from `least` to `most`, both included. */
  integer(least: number, most: number): number
  pick<T>(items: readonly T[]): T
  /** True so often, from 0 to 1. */
  chance(probability: number): boolean
  /** Replaces `9` by a digit, `8` by a digit that is not zero, `A` by an upper-case letter; the rest stays. */
  fill(pattern: string): string
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** The mulberry32 generator: 32 bits of state, good enough to vary texts, useless for secrets. */
export const createChoices = (seed: number): Choices => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    integer,
    pick: (items) => items[integer(0, items.length - 1)]!,
    chance: (probability) => next() < probability,
    fill: (pattern) =>
      pattern.replace(/[98A]/g, (symbol) => {
        if (symbol === 'A') return LETTERS[integer(0, 25)]!
        return String(integer(symbol === '9' ? 0 : 1, 9))
      }),
  }
}
