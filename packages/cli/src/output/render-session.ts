import { displayText, type ListedSession } from '@snowfence/core'
import { type Palette, paletteFor } from './palette.ts'

/** A session on one line. The agent's id is the agent's own text. */
export const renderSession = (
  session: ListedSession,
  colour: Palette = paletteFor(process.stdout),
): string => {
  const { id, state, issuer, subject, agent, role, createdAt, expiresAt, endedAt } = session
  const end = state === 'live' ? `until ${expiresAt}` : `ended ${endedAt ?? expiresAt}`
  return [
    `${colour.bold(id)} ${colour.yellow(state)}`,
    `${displayText(subject)} at ${displayText(issuer)}`,
    `agent ${displayText(agent)} (declared)`,
    `role ${displayText(role)}`,
    `since ${createdAt}, ${end}`,
  ].join(', ')
}
