import { type AnalyzedStatement, type Effect, type UsePlace, usePlaces } from '@snowfence/core'
import { type EvaluationRequest, type Policy, parsePolicy } from '@snowfence/policy'
import fc from 'fast-check'

/** Policies and statements over three tables of three columns, small enough that rules meet often. */
const tables = ['D.S.T1', 'D.S.T2', 'D.U.T3'] as const
const columns = ['A', 'B', 'C'] as const
const classNames = ['one', 'two', 'three'] as const
const groups = ['g1', 'g2'] as const
const purposes = ['TREAT', 'HRESCH'] as const
const functions = ['F', 'G'] as const
const actions = ['select', 'delete'] as const satisfies readonly Effect[]

export interface WrittenRule {
  readonly id: string
  readonly effect: 'permit' | 'forbid'
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly principals?: { readonly groups: readonly string[] }
  readonly purposes?: readonly string[]
  readonly reveal?: readonly string[]
  readonly approval?: { readonly approvers: { readonly groups: readonly string[] } }
}

export interface WrittenPolicy {
  readonly version: 1
  readonly unclassified: 'withhold'
  readonly classes: Readonly<Record<string, unknown>>
  readonly resources: readonly {
    readonly table: string
    readonly columns: Readonly<Record<string, string>>
  }[]
  readonly rules: readonly WrittenRule[]
}

const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 })
const sometimes = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((given) => (given === undefined ? {} : { [key]: given }))

const ruleOf = (effect: fc.Arbitrary<'permit' | 'forbid'>) =>
  fc
    .tuple(
      effect,
      some(actions),
      some([...tables, 'D.S.*', 'D.*', '*']),
      sometimes(
        'principals',
        some(groups).map((list) => ({ groups: list })),
      ),
      sometimes('purposes', some(purposes)),
      sometimes('reveal', some(classNames)),
      sometimes('approval', fc.constant({ approvers: { groups: ['reviewers'] } })),
    )
    .map(([kind, does, resources, who, why, reveal, approval]) => ({
      effect: kind,
      actions: does,
      resources,
      ...who,
      ...why,
      ...(kind === 'permit' && { ...reveal, ...approval }),
    }))

const numbered = (rules: readonly Omit<WrittenRule, 'id'>[]): WrittenRule[] =>
  rules.map((rule, index) => ({ id: `r${index}`, ...rule }))

const mostlyPermits = fc.constantFrom('permit', 'permit', 'permit', 'forbid' as const) as fc.Arbitrary<
  'permit' | 'forbid'
>

export const forbids: fc.Arbitrary<Omit<WrittenRule, 'id'>> = ruleOf(fc.constant('forbid'))
export const permits: fc.Arbitrary<Omit<WrittenRule, 'id'>> = ruleOf(fc.constant('permit'))

// Without a rule like these most statements are denied before anything is masked.
const everything = { effect: 'permit', actions: ['select', 'delete'], resources: ['*'] } as const
const reading = { effect: 'permit', actions: ['select'], resources: ['D.*'] } as const

const masks = fc.constantFrom<unknown>('withhold', 'redact', 'random', 'token', 'year', 'zip3', {
  partial: { keepLast: 4 },
})
const classDefinition = fc.record({
  mask: masks,
  uses: fc.subarray([...usePlaces]),
  functions: fc.subarray([...functions]),
})

export const policies: fc.Arbitrary<WrittenPolicy> = fc.record({
  version: fc.constant(1 as const),
  unclassified: fc.constant('withhold' as const),
  classes: fc.record({ one: classDefinition, two: classDefinition, three: classDefinition }),
  resources: fc
    .tuple(...tables.map(() => fc.record({ A: classNameOrClear(), B: classNameOrClear() })))
    .map((all) => all.map((listed, index) => ({ table: tables[index]!, columns: listed }))),
  rules: fc
    .tuple(fc.subarray([everything, reading]), fc.array(ruleOf(mostlyPermits), { maxLength: 6 }))
    .map(([open, rules]) => numbered([...open, ...rules])),
})

function classNameOrClear() {
  return fc.constantFrom(...classNames, 'clear')
}

const column = fc
  .tuple(fc.constantFrom(...tables), fc.constantFrom(...columns))
  .map((parts) => parts.join('.'))
const flow = fc.record({
  column,
  via: fc.constantFrom('value' as const, 'derived' as const, 'count' as const),
  functions: fc.subarray([...functions]),
})
const outputs = fc.array(
  fc.array(flow, { maxLength: 3 }).map((flows) => ({
    name: 'X',
    columns: [...new Set(flows.map((each) => each.column))].sort(),
    flows,
  })),
  { maxLength: 4 },
)

const uses = fc.record(
  Object.fromEntries(usePlaces.map((place) => [place, fc.array(column, { maxLength: 1 })])) as Record<
    UsePlace,
    fc.Arbitrary<string[]>
  >,
)
const noUses = Object.fromEntries(
  usePlaces.map((place) => [place, []]),
) as unknown as AnalyzedStatement['uses']

export const statements: fc.Arbitrary<AnalyzedStatement> = fc
  .tuple(
    outputs,
    fc.oneof({ weight: 2, arbitrary: fc.constant(noUses) }, uses),
    fc.option(fc.constantFrom(...tables)),
  )
  .map(([shown, used, deleted]) => {
    const touched = [...shown.flatMap((output) => output.columns), ...Object.values(used).flat()]
    const read = tables.filter((table) => touched.some((name) => name.startsWith(`${table}.`)))
    return {
      status: 'analyzed',
      kind: deleted === null ? 'select' : 'delete',
      effects: [
        ...(read.length > 0 ? (['select'] as const) : []),
        ...(deleted === null ? [] : (['delete'] as const)),
      ],
      reads: read.map((table) => ({
        table,
        columns: columns.filter((name) => touched.includes(`${table}.${name}`)),
      })),
      writes: deleted === null ? [] : [{ table: deleted, effect: 'delete', columns: [] }],
      outputs: shown,
      uses: used,
      observations: usePlaces.flatMap((place) =>
        used[place].map((name) => ({
          column: name,
          kind: place === 'order' ? ('order' as const) : ('equality' as const),
          place,
          functions: [],
        })),
      ),
      acrossRows: [],
      failsAlone: false,
      functions: [],
      stages: [],
      variables: [],
      aggregation: null,
      rowLimit: null,
      text: '',
      fingerprint: `sha256:${'0'.repeat(64)}`,
      digest: `sha256:${'0'.repeat(64)}`,
    } satisfies AnalyzedStatement
  })
  .filter((summary) => summary.effects.length > 0)

export const requests: fc.Arbitrary<EvaluationRequest & { readonly summary: AnalyzedStatement }> = fc
  .tuple(statements, fc.subarray([...groups]), fc.constantFrom(...purposes))
  .map(([summary, held, purpose]) => ({
    principal: { issuer: 'https://issuer.test', subject: 'agent-1', groups: held, claims: {} },
    agent: { id: 'bot' },
    purpose,
    summary,
    now: new Date('2026-11-23T12:00:00Z'),
  }))

/** The policy as it would be read from a file. JSON is YAML. */
export const read = (written: WrittenPolicy): Policy => parsePolicy(JSON.stringify(written))

export const withRules = (
  written: WrittenPolicy,
  rules: readonly Omit<WrittenRule, 'id'>[],
): WrittenPolicy => ({ ...written, rules: rules.map((rule, index) => ({ ...rule, id: `r${index}` })) })

/** How far a decision opens the door. */
export const openness = { deny: 0, 'needs-approval': 1, allow: 2 } as const
