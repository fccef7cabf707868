import { type Approval, displayText } from '@snowfence/core'
import { type Palette, paletteFor } from './palette.ts'

const LABEL_WIDTH = 12

/** Nearly every text of a request is the agent's: none may move the cursor, look like another, or like a line of ours. */
const shown = (text: string): string => displayText(text).replaceAll('\n', `\n${' '.repeat(LABEL_WIDTH)}│ `)

/** What the agent says about itself, marked so. */
const declares = (text: string | null): string | null => (text === null ? null : `${text} (declared)`)

/** A request for approval as a person reads it. */
export const renderApproval = (approval: Approval, colour: Palette = paletteFor(process.stdout)): string => {
  const { id, state, requester, agent, purpose, reason, display, reads, classifiedColumns, deadlineAt } =
    approval
  const field = (label: string, value: string | null) =>
    value === null ? [] : [`  ${colour.dim(label.padEnd(LABEL_WIDTH))}${shown(value)}`]
  const unseen = display?.unseen ?? []
  return [
    `${colour.bold(shown(id))} ${colour.yellow(state)}`,
    ...field('asked by', requester.subject),
    ...field('agent', declares(agent.id)),
    ...field('task', declares(agent.task)),
    ...field('purpose', purpose),
    ...field('reason', declares(reason)),
    ...field('statement', display?.sqlText ?? approval.text),
    ...field('binds', display?.binds ?? null),
    ...(unseen.length === 0
      ? []
      : [`  ${colour.red(`holds characters that are not seen: ${unseen.join(', ')}`)}`]),
    ...field('reads', reads.join(', ')),
    ...field('sensitive', classifiedColumns.join(', ')),
    ...field('decide by', deadlineAt),
  ].join('\n')
}
