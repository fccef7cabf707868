import { type AnalyzedStatement, type Effect, type StatementSummary, usePlaces } from '@snowfence/core'
import type { Expectation, ExpectedColumn } from './vector.ts'

interface GotColumn {
  readonly name: string | null
  readonly columns: readonly string[]
  readonly flows: readonly { readonly column: string; readonly via: string }[]
}

const without = (columns: readonly string[], others: readonly string[]): readonly string[] =>
  columns.filter((column) => !others.includes(column))

/** Missing columns are under-lineage and always wrong; further ones are wrong unless `superset`. */
const compareColumns = (
  place: string,
  expected: readonly string[],
  got: readonly string[],
  superset: boolean,
): readonly string[] => {
  const missing = without(expected, got)
  const further = superset ? [] : without(got, expected)
  return [
    ...(missing.length > 0 ? [`${place} lacks ${missing.join(', ')}`] : []),
    ...(further.length > 0 ? [`${place} has ${further.join(', ')} beyond what is expected`] : []),
  ]
}

const compareColumn = (
  place: string,
  expected: ExpectedColumn,
  got: GotColumn,
  superset: boolean,
): readonly string[] => {
  const found = [...compareColumns(place, expected.columns, got.columns, superset)]
  if (expected.name !== undefined && expected.name !== got.name)
    found.push(`${place} is named ${got.name} and not ${expected.name}`)
  const flowing = got.flows.map((flow) => flow.column)
  if (without(got.columns, flowing).length > 0 || without(flowing, got.columns).length > 0)
    found.push(`${place}'s flows are not of its columns`)
  if (expected.via !== undefined)
    for (const flow of got.flows)
      if (flow.via !== expected.via && expected.columns.includes(flow.column))
        found.push(`${place} takes ${flow.column} via ${flow.via} and not ${expected.via}`)
  return found
}

const compareColumnLists = (
  place: string,
  expected: readonly ExpectedColumn[],
  got: readonly GotColumn[],
  superset: boolean,
): readonly string[] =>
  expected.length === got.length
    ? expected.flatMap((column, index) => {
        const counterpart = got[index]
        return counterpart === undefined
          ? []
          : compareColumn(`${place} ${index + 1}`, column, counterpart, superset)
      })
    : [`${place}s: ${got.length} and not ${expected.length}`]

const carriedColumns = (summary: AnalyzedStatement): readonly string[] => [
  ...summary.outputs.flatMap((output) => output.columns),
  ...summary.writes.flatMap((write) => write.columns.flatMap((column) => column.columns)),
  ...usePlaces.flatMap((place) => summary.uses[place]),
]

/** A statement that reads tables may name `select` besides its own effect. */
const isEffects = (expected: readonly Effect[], got: readonly Effect[], readsTables: boolean): boolean => {
  const accepted = readsTables ? [...expected, 'select'] : expected
  return without(expected, got).length === 0 && without(got, accepted).length === 0
}

const compareEffects = (summary: StatementSummary, expect: Expectation): readonly string[] => {
  const alternatives = expect.effectsOneOf ?? (expect.effects === undefined ? [] : [expect.effects])
  const readsTables = summary.status === 'unsupported' || summary.reads.length > 0
  return alternatives.length === 0 ||
    alternatives.some((effects) => isEffects(effects, summary.effects, readsTables))
    ? []
    : [`effects are [${summary.effects}] and not [${alternatives.join('] or [')}]`]
}

const compareWrites = (summary: AnalyzedStatement, expect: Expectation): readonly string[] => {
  if (expect.writes === undefined) return []
  const found: string[] = []
  for (const { table, effect, columns } of expect.writes) {
    const write = summary.writes.find((candidate) => candidate.table === table)
    if (write === undefined) {
      found.push(`${table} is not written`)
      continue
    }
    if (write.effect !== effect) found.push(`${table} is written by ${write.effect} and not ${effect}`)
    for (const column of columns) {
      const counterpart = write.columns.find(({ name }) => name === column.name)
      found.push(
        ...(counterpart === undefined
          ? [`${table}.${column.name} is not written`]
          : compareColumn(`${table}.${column.name}`, column, counterpart, expect.superset === true)),
      )
    }
  }
  const expectedTables = expect.writes.map((write) => write.table)
  const further = summary.writes.filter((write) => !expectedTables.includes(write.table))
  return [...found, ...further.map((write) => `${write.table} is written too`)]
}

const compareAnalyzed = (summary: AnalyzedStatement, expect: Expectation): readonly string[] => {
  const superset = expect.superset === true
  const found: string[] = []
  if (expect.outputs !== undefined)
    found.push(...compareColumnLists('output', expect.outputs, summary.outputs, superset))
  if (expect.uses !== undefined)
    for (const place of usePlaces)
      found.push(...compareColumns(place, expect.uses[place] ?? [], summary.uses[place], superset))
  if (expect.carried !== undefined)
    found.push(...compareColumns('statement', expect.carried, carriedColumns(summary), true))
  for (const { table, columns } of expect.reads ?? []) {
    const read = summary.reads.find((candidate) => candidate.table === table)
    found.push(
      ...(read === undefined
        ? [`${table} is not read`]
        : compareColumns(`read of ${table}`, columns, read.columns, true)),
    )
  }
  const sets = [
    ['functions', expect.functions, summary.functions],
    ['stages', expect.stages, summary.stages],
    ['variables', expect.variables, summary.variables],
  ] as const
  for (const [place, expected, got] of sets) found.push(...compareColumns(place, expected ?? [], got, true))
  const size = (aggregation: { readonly minimumGroupSize: number } | null) =>
    aggregation?.minimumGroupSize ?? null
  if (expect.aggregation !== undefined && size(expect.aggregation) !== size(summary.aggregation))
    found.push(`groups are of ${size(summary.aggregation)} and not ${size(expect.aggregation)} rows`)
  if (expect.rowLimit !== undefined && expect.rowLimit !== summary.rowLimit)
    found.push(`the row limit is ${summary.rowLimit} and not ${expect.rowLimit}`)
  return [...found, ...compareWrites(summary, expect), ...findIncoherence(summary)]
}

/** What holds of every analysed statement: whatever flows or steers was also read. */
const findIncoherence = (summary: AnalyzedStatement): readonly string[] => {
  const read = summary.reads.flatMap(({ table, columns }) => columns.map((column) => ({ table, column })))
  const names = read.flatMap(({ table, column }) => [
    `${table}.${column}`,
    `${table}."${column.replaceAll('"', '""')}"`,
  ])
  const unread = without(carriedColumns(summary), names)
  return unread.length > 0 ? [`carries ${[...new Set(unread)].join(', ')} without reading it`] : []
}

/** Every point in which an analysis contradicts what is expected of it; empty where it holds. */
export const findDisagreements = (summary: StatementSummary, expect: Expectation): readonly string[] => {
  const found: string[] = []
  if (expect.status !== undefined && summary.status !== expect.status)
    found.push(
      `status is ${summary.status}${summary.status === 'unsupported' ? ` (${summary.reason.code}: ${summary.reason.message})` : ''}`,
    )
  found.push(...compareEffects(summary, expect))
  if (expect.kind !== undefined && summary.kind !== expect.kind)
    found.push(`kind is ${summary.kind} and not ${expect.kind}`)
  if (summary.status === 'unsupported') {
    if (expect.reasonCode !== undefined && summary.reason.code !== expect.reasonCode)
      found.push(`reason is ${summary.reason.code} and not ${expect.reasonCode}`)
    return found
  }
  return expect.status === 'unsupported' ? found : [...found, ...compareAnalyzed(summary, expect)]
}
