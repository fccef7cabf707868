/** What one measuring process does. */
export type Scenario =
  | { readonly kind: 'stream'; readonly sql: string; readonly rows: number }
  | { readonly kind: 'collect'; readonly sql: string; readonly rows: number }
  | { readonly kind: 'repeat'; readonly sql: string; readonly times: number }
  | {
      readonly kind: 'concurrent'
      readonly sql: string
      readonly connections: number
      readonly statements: number
      /** How many times all of them are run, one after the other; the middle one counts. */
      readonly rounds: number
    }
  | { readonly kind: 'first-connection' }

/** Which figure of the two processes is compared, and the ratio that is aimed at. */
export interface Comparison {
  readonly name: string
  readonly scenario: Scenario
  readonly policy: 'redact' | 'partial' | 'token'
  readonly fastPath: boolean
  readonly repeats: number
  readonly goals: readonly {
    readonly figure: 'milliseconds' | 'peakHeapMegabytes' | 'medianMilliseconds' | 'perSecond'
    /** `growth`: of the governed process alone, the later half of its rows by the first half. */
    readonly as: 'ratio' | 'difference' | 'growth'
    readonly goal: number
  }[]
}

const million = 1_000_000
const stream = (table: 'plain' | 'mixed', rows = million): Scenario => ({
  kind: 'stream',
  sql: `select * from ${table} limit ${rows}`,
  rows,
})

export const comparisons: readonly Comparison[] = [
  {
    name: '1M rows x 10 text and number columns, 3 redacted, streamed',
    scenario: stream('plain'),
    policy: 'redact',
    fastPath: true,
    repeats: 3,
    goals: [
      { figure: 'milliseconds', as: 'ratio', goal: 1.0 },
      { figure: 'peakHeapMegabytes', as: 'ratio', goal: 1.05 },
    ],
  },
  {
    name: 'the same, 3 columns partial',
    scenario: stream('plain'),
    policy: 'partial',
    fastPath: true,
    repeats: 3,
    goals: [{ figure: 'milliseconds', as: 'ratio', goal: 1.05 }],
  },
  {
    name: 'the same, 3 columns token',
    scenario: stream('plain'),
    policy: 'token',
    fastPath: true,
    repeats: 3,
    goals: [{ figure: 'milliseconds', as: 'ratio', goal: 1.3 }],
  },
  {
    name: '10M rows x 10 text and number columns, 3 redacted, streamed',
    scenario: stream('plain', 10 * million),
    policy: 'redact',
    fastPath: true,
    repeats: 1,
    goals: [
      { figure: 'peakHeapMegabytes', as: 'growth', goal: 1.1 },
      { figure: 'milliseconds', as: 'ratio', goal: 1.0 },
    ],
  },
  {
    name: '1M rows x 10 with DATE, TIMESTAMP and VARIANT, 3 redacted, streamed',
    scenario: stream('mixed'),
    policy: 'redact',
    fastPath: true,
    repeats: 2,
    goals: [{ figure: 'milliseconds', as: 'ratio', goal: 0.4 }],
  },
  {
    name: 'the same, collected',
    scenario: { kind: 'collect', sql: `select * from mixed limit ${million}`, rows: million },
    policy: 'redact',
    fastPath: true,
    repeats: 2,
    goals: [
      { figure: 'milliseconds', as: 'ratio', goal: 0.4 },
      { figure: 'peakHeapMegabytes', as: 'ratio', goal: 0.5 },
    ],
  },
  {
    name: 'the same, streamed on the public path',
    scenario: stream('mixed'),
    policy: 'redact',
    fastPath: false,
    repeats: 2,
    goals: [{ figure: 'milliseconds', as: 'ratio', goal: 1.1 }],
  },
  {
    name: 'select 1 repeated, broker on loopback, audit on',
    scenario: { kind: 'repeat', sql: 'select 1', times: 1000 },
    policy: 'redact',
    fastPath: true,
    repeats: 3,
    goals: [{ figure: 'medianMilliseconds', as: 'difference', goal: 1.0 }],
  },
  {
    name: 'the same against a warehouse that takes 50 ms',
    scenario: { kind: 'repeat', sql: 'select 50 as wait', times: 60 },
    policy: 'redact',
    fastPath: true,
    repeats: 2,
    goals: [{ figure: 'medianMilliseconds', as: 'ratio', goal: 1.03 }],
  },
  {
    name: '50 statements at once on 10 connections',
    scenario: { kind: 'concurrent', sql: 'select 20 as wait', connections: 10, statements: 50, rounds: 40 },
    policy: 'redact',
    fastPath: true,
    repeats: 3,
    goals: [{ figure: 'perSecond', as: 'ratio', goal: 0.9 }],
  },
  {
    name: 'import and first connection',
    scenario: { kind: 'first-connection' },
    policy: 'redact',
    fastPath: true,
    repeats: 5,
    goals: [{ figure: 'milliseconds', as: 'ratio', goal: 1.15 }],
  },
]
