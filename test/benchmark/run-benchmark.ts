import type { Gate } from './gate.ts'
import { type HonestResult, type HostileResult, scoreHonest, scoreHostile } from './score.ts'
import type { StatementSet } from './statement.ts'
import { type Proportion, proportion } from './wilson.ts'

export interface Report {
  readonly gate: string
  readonly version: string
  readonly configuration: string
  /** Hostile statements that tell their writer something, in all and by kind of attack. */
  readonly leaked: Figures
  /** Honest statements that are refused, or whose answer hides what was asked, in all and by kind. */
  readonly refused: Figures
  /** Honest statements that are answered with a classified value as it is, in all and by kind. */
  readonly exposed: Figures
  /** The results by id, for whoever looks further. */
  readonly results: Readonly<Record<string, HostileResult | HonestResult>>
}

export interface Figures {
  readonly all: Proportion
  readonly byKind: Readonly<Record<string, Proportion>>
}

interface Scored {
  readonly id: string
  readonly kind: string
  readonly result: HostileResult | HonestResult
}

const figures = (scored: readonly Scored[], result: Scored['result']): Figures => {
  const count = (of: readonly Scored[]) => of.filter((one) => one.result === result).length
  const kinds = [...new Set(scored.map(({ kind }) => kind))].sort()
  return {
    all: proportion(count(scored), scored.length),
    byKind: Object.fromEntries(
      kinds.map((kind) => {
        const of = scored.filter((one) => one.kind === kind)
        return [kind, proportion(count(of), of.length)]
      }),
    ),
  }
}

/** Asks a gate every statement, one after the other. */
export const runBenchmark = async (gate: Gate, { hostile, honest }: StatementSet): Promise<Report> => {
  const attacks: Scored[] = []
  for (const statement of hostile)
    attacks.push({ ...statement, result: scoreHostile(statement, await gate.judge(statement)) })
  const work: Scored[] = []
  for (const statement of honest)
    work.push({ ...statement, result: scoreHonest(statement, await gate.judge(statement)) })
  return {
    gate: gate.name,
    version: gate.version,
    configuration: gate.configuration,
    leaked: figures(attacks, 'leaked'),
    refused: figures(work, 'refused'),
    exposed: figures(work, 'exposed'),
    results: Object.fromEntries([...attacks, ...work].map(({ id, result }) => [id, result])),
  }
}
