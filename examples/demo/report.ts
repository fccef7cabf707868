import { styleText } from 'node:util'
import type { AgentAnswer } from './agent.ts'
import type { PendingRequest } from './reviewer.ts'
import type { DemoStatement } from './statements.ts'

/** One statement of the demonstration, as `--json` prints it. */
export interface DemoRecord {
  readonly statement: number
  readonly sql: string
  readonly decision: 'allow' | 'deny' | 'needs-approval'
  readonly rules: readonly string[]
  readonly reason: string | null
  readonly hint: string | null
  readonly columns: readonly { readonly name: string; readonly mask: string | null }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly approval: {
    readonly id: string
    readonly approver: string | null
    readonly outcome: string
  } | null
  readonly traceId: string | null
  readonly queryId: string | null
}

/** `issuer#subject` without the issuer, which is a random port here. */
const subjectOf = (approver: string) => approver.split('#').at(-1) ?? approver

export const recordOf = (
  number: number,
  { sql }: DemoStatement,
  answer: AgentAnswer,
  reviewer: string | null,
): DemoRecord => {
  if (answer.kind === 'rows') {
    const { decision, columns, rows, approval, traceId, queryId } = answer.result
    return {
      statement: number,
      sql,
      decision: decision.decision,
      rules: decision.rules,
      reason: decision.reasons.map(({ message }) => message).join('; ') || null,
      hint: null,
      columns: columns.map(({ name, mask }) => ({ name, mask: mask?.kind ?? null })),
      rows,
      approval: approval && {
        id: approval.id,
        approver: approval.approvers.map(subjectOf).join(', '),
        outcome: 'approved',
      },
      traceId,
      queryId,
    }
  }
  const { denial } = answer
  return {
    statement: number,
    sql,
    decision: denial.decision?.decision ?? 'deny',
    rules: denial.rules,
    reason: denial.reason,
    hint: denial.hint,
    columns: [],
    rows: [],
    approval:
      denial.approvalId === null ? null : { id: denial.approvalId, approver: reviewer, outcome: 'rejected' },
    traceId: denial.traceId,
    queryId: null,
  }
}

/** What is not as the statement expects; empty when all is. */
export const checkRecord = (record: DemoRecord, { expect }: DemoStatement): string[] => {
  const problems: string[] = []
  if (record.decision !== expect.decision)
    problems.push(`decided ${record.decision}, expected ${expect.decision}`)
  const outcome = record.queryId === null ? 'denied' : 'rows'
  if (outcome !== expect.outcome) problems.push(`ended with ${outcome}, expected ${expect.outcome}`)
  if (expect.outcome === 'denied') {
    if (record.rows.length > 0) problems.push('rows came back with a denial')
    if (!record.hint) problems.push('the denial does not say what would pass')
    return problems
  }
  if (record.rows.length === 0) problems.push('no rows came back')
  for (const { name, mask } of record.columns) {
    const wanted = expect.masks?.[name] ?? null
    if (mask !== wanted)
      problems.push(`column ${name} has the mask ${mask ?? 'none'}, expected ${wanted ?? 'none'}`)
  }
  return problems
}

type Format = Parameters<typeof styleText>[0]

export const createPrinter = (stream: NodeJS.WriteStream) => {
  const style = (format: Format, text: string) => styleText(format, text, { stream })
  const line = (text = '') => stream.write(`${text}\n`)
  const field = (label: string, text: string) => line(`   ${style('dim', label.padEnd(9))} ${text}`)
  const cell = (value: unknown) =>
    value === null || value === undefined
      ? style('dim', 'NULL')
      : value instanceof Date
        ? value.toISOString()
        : String(value).slice(0, 60)

  return {
    style,
    line,
    title(text: string) {
      line()
      line(style('bold', text))
    },
    asked(number: number, { title, sql, binds }: DemoStatement) {
      line()
      line(style('bold', `${number}. ${title}`))
      field('asks', sql + (binds ? style('dim', `   with ${JSON.stringify(binds)}`) : ''))
    },
    reviewed(request: PendingRequest, act: string) {
      const seen = request.statement
        ? `${request.statement.sqlText} with ${JSON.stringify(request.statement.binds)}`
        : '(nothing)'
      field('blocks', 'waiting for a person of the privacy office')
      field('reviewer', `sees: ${seen}`)
      field(
        '',
        `asked by ${request.requester.subject} for ${request.purpose}; touches ${request.classifiedColumns.join(', ')}`,
      )
      field('', style(act === 'approve' ? 'green' : 'red', act === 'approve' ? 'approves' : 'rejects'))
    },
    answered(record: DemoRecord, problems: readonly string[]) {
      const by = record.rules.length > 0 ? ` by ${record.rules.join(', ')}` : ''
      const word = {
        allow: style('green', 'allowed'),
        deny: style('red', 'denied'),
        'needs-approval': style('yellow', 'needed a person'),
      }[record.decision]
      field('decided', `${word}${by}`)
      if (record.approval) field('', `${record.approval.outcome} by ${record.approval.approver}`)
      if (record.queryId === null) {
        field('because', record.reason ?? '')
        field('passes', record.hint ?? '')
      } else {
        const masks = record.columns.map(({ name, mask }) =>
          mask ? `${name} ${style('yellow', mask)}` : name,
        )
        field('columns', masks.join('  '))
        for (const row of record.rows.slice(0, 3)) field('', row.map(cell).join('  '))
        if (record.rows.length > 3) field('', style('dim', `and ${record.rows.length - 3} more rows`))
      }
      for (const problem of problems) field(style('red', 'WRONG'), problem)
    },
  }
}
