import type { SeededRandom } from '../fuzz/seeded-random.ts'

interface Outcome {
  tried: number
  allowed: number
}

/**
 * Chooses among names, more often those of which statements were allowed: the rest of the machine learns nothing from a
 * denial. It depends on the seed and on what was decided before, and on nothing else.
 */
export class WeightedChoice {
  readonly #outcomes = new Map<string, Outcome>()

  pick(random: SeededRandom, names: readonly string[], prefix = ''): string {
    // One in eight without looking back, so that a name is never given up.
    if (random.below(8) === 0) return random.pick(names)
    const weights = names.map((name) => {
      const { tried, allowed } = this.#outcomes.get(prefix + name) ?? { tried: 0, allowed: 0 }
      return (allowed + 1) / (tried + 2) + 0.02
    })
    let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0)
    for (const [index, weight] of weights.entries()) {
      left -= weight
      if (left <= 0) return names[index] as string
    }
    return names.at(-1) as string
  }

  learn(name: string, isAllowed: boolean): void {
    const outcome = this.#outcomes.get(name) ?? { tried: 0, allowed: 0 }
    outcome.tried += 1
    if (isAllowed) outcome.allowed += 1
    // The latest hundreds count.
    if (outcome.tried > 400) {
      outcome.tried /= 2
      outcome.allowed /= 2
    }
    this.#outcomes.set(name, outcome)
  }
}
