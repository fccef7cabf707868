import { type Approval, displayText } from '@snowfence/core'
import { type Palette, paletteFor } from './palette.ts'

const LABEL_WIDTH = 12

/** Nearly every text of a request is the agent's: none may move the cursor, look like another, or like a line of ours. */
const shown = (text: string): string => displayText(text).replaceAll('\n', `\n${' '.repeat(LABEL_WIDTH)}│ `)

/** A request for approval as a person reads it. */
export const renderApproval = (approval: Approval, colour: Palette = paletteFor(process.stdout)): string => {
  const { id, state, requester, agent, purpose, reason, display, reads, classifiedColumns, deadlineAt } =
    approval
  const field = (label: string, value: string | null) =>
    value === null ? [] : [`  ${colour.dim(label.padEnd(LABEL_WIDTH))}${shown(value)}`]
  const unseen = display?.unseen ?? []
  return [
    `${colour.bold(shown(id))} ${colour.yellow(state)}`,
    ...field('asked by', `${requester.subject} (agent ${agent.id}${agent.task ? `, ${agent.task}` : ''})`),
    ...field('purpose', purpose),
    ...field('reason', reason),
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
