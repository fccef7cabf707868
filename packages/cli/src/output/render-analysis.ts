import {
  type AnalyzedStatement,
  type StatementSummary,
  type UnsupportedStatement,
  usePlaces,
} from '@snowfence/core'
import type { Palette } from './palette.ts'

const LABEL_WIDTH = 12

const section = (label: string, lines: readonly string[], colour: Palette): string[] =>
  lines.map((line, index) => `  ${colour.dim((index === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`)

const shortest = (column: string): string => column.split('.').slice(-2).join('.')

const renderFlow = (flow: AnalyzedStatement['outputs'][number]['flows'][number]): string => {
  const through = flow.functions.length > 0 ? ` through ${flow.functions.join(', ')}` : ''
  const how = {
    value: 'the value of',
    derived: 'computed from',
    distinct: 'a count of different values of',
    count: 'a count of',
  }[flow.via]
  return `${how} ${shortest(flow.column)}${through}`
}

const renderAnalyzed = (summary: AnalyzedStatement, colour: Palette): string[] => {
  const outputs = summary.outputs.map(({ name, flows }) => {
    const from = flows.length === 0 ? colour.dim('no base column') : flows.map(renderFlow).join('; ')
    return `${colour.bold(name ?? '(unnamed)')} <- ${from}`
  })
  const uses = usePlaces
    .filter((place) => summary.uses[place].length > 0)
    .map((place) => `${place}: ${summary.uses[place].map(shortest).join(', ')}`)
  const writes = summary.writes.flatMap(({ table, effect, columns }) => [
    `${effect} ${table}`,
    ...columns.map(
      ({ name, columns: sources }) => `  ${name} <- ${sources.map(shortest).join(', ') || 'no base column'}`,
    ),
  ])
  return [
    `${colour.green('analysed')} ${colour.bold(summary.kind)} (${summary.effects.join(', ') || 'no effect'})`,
    ...section(
      'reads',
      summary.reads.map(({ table, columns }) => `${table} (${columns.join(', ')})`),
      colour,
    ),
    ...section('writes', writes, colour),
    ...section('outputs', outputs, colour),
    ...section('uses', uses, colour),
    ...section('functions', summary.functions.length > 0 ? [summary.functions.join(', ')] : [], colour),
    ...section('stages', summary.stages, colour),
    ...section('variables', summary.variables, colour),
  ]
}

/** The line of the text with a mark under the place that was refused. */
const renderPlace = (
  { line, column }: { line: number; column: number },
  sql: string,
  colour: Palette,
): string[] => {
  const text = sql.split(/\r\n|\n|\r/)[line - 1]
  if (text === undefined) return []
  const start = Math.max(0, column - 60)
  const shown = text.slice(start, start + 120).replaceAll(/\p{Cc}/gu, ' ')
  const gutter = `${line} | `
  return [
    `  ${colour.dim(gutter)}${shown}`,
    `  ${' '.repeat(gutter.length + Math.max(0, column - 1 - start))}${colour.red('^')}`,
  ]
}

const renderUnsupported = (
  { kind, effects, reason }: UnsupportedStatement,
  sql: string,
  colour: Palette,
): string[] => [
  `${colour.red('refused')} ${colour.bold(kind)} (${effects.join(', ') || 'no known effect'})`,
  `  ${reason.message} ${colour.dim(`[${reason.code}, line ${reason.line}, column ${reason.column}]`)}`,
  ...renderPlace(reason, sql, colour),
  `  ${colour.cyan('what would pass')}: ${reason.hint}`,
]

/** A summary as a report for people. `sql` is the text as it was given: it is shown only on the caller's own screen. */
export const renderAnalysis = (summary: StatementSummary, sql: string, colour: Palette): string => {
  const body =
    summary.status === 'analyzed' ? renderAnalyzed(summary, colour) : renderUnsupported(summary, sql, colour)
  const tail = [
    ...section('recorded as', [summary.text.replaceAll(/\s+/g, ' ')], colour),
    ...section('fingerprint', [summary.fingerprint], colour),
    ...section('digest', [summary.digest], colour),
  ]
  return `${[...body, ...tail].join('\n')}\n`
}
