import { displayText } from '@snowfence/core'
import type { QueryAnswer } from '../query/query-answer.ts'
import type { Palette } from './palette.ts'
import { renderTable } from './render-table.ts'

const headlines = {
  allow: (colour: Palette) => colour.green('allowed'),
  'needs-approval': (colour: Palette) => colour.yellow('needed a person'),
  deny: (colour: Palette) => colour.red('denied'),
  failed: (colour: Palette) => colour.red('failed'),
} as const

/** The answer for people: rows with their masks marked, the decision below. */
export const renderAnswer = (answer: QueryAnswer, colour: Palette): string => {
  const { decision, rules, columns, rows, approval, error, traceId, queryId } = answer
  const lines: string[] = []
  if (error === null) {
    lines.push(
      renderTable(
        columns.map(({ name, mask }) => ({ name, note: mask && `mask: ${mask}` })),
        rows,
        colour,
      ),
      colour.dim(`${rows.length} row${rows.length === 1 ? '' : 's'}`),
    )
  }
  lines.push(`${headlines[decision](colour)}${rules.length > 0 ? ` by ${rules.join(', ')}` : ''}`)
  if (approval) {
    const people = approval.approvers.length > 0 ? ` by ${approval.approvers.join(', ')}` : ''
    lines.push(`  approval ${approval.id}: ${approval.outcome}${people}`)
  }
  if (error) {
    lines.push(
      `  ${displayText(error.reason)} ${colour.dim(`[${error.code}${error.sqlState ? `, ${error.sqlState}` : ''}]`)}`,
    )
    if (error.hint) lines.push(`  ${colour.cyan('what would pass')}: ${displayText(error.hint)}`)
  }
  if (traceId) lines.push(colour.dim(`  trace ${traceId}${queryId ? `, query ${queryId}` : ''}`))
  return `${lines.join('\n')}\n`
}
