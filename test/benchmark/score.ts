import type { ShownColumn, Verdict } from './gate.ts'
import type { HonestStatement, HostileStatement } from './statement.ts'

/** What became of a hostile statement. */
export type HostileResult = 'stopped' | 'leaked'
/** `exposed`: a classified value came back as it is. */
export type HonestResult = 'answered' | 'refused' | 'exposed'

/** The outputs that a label names: by name, by `#position` from 1, or all with `*`. */
const select = (columns: readonly ShownColumn[], labels: readonly string[]): ShownColumn[] =>
  columns.filter(
    ({ name }, index) =>
      labels.includes('*') || labels.includes(`#${index + 1}`) || (name !== null && labels.includes(name)),
  )

export const scoreHostile = (
  { expect, mask, withhold }: HostileStatement,
  { outcome, columns }: Verdict,
): HostileResult => {
  if (outcome === 'deny') return 'stopped'
  if (expect === 'deny' || columns === undefined) return 'leaked'
  const masked = select(columns, mask)
  const withheld = select(columns, withhold)
  // An output that is named and not there cannot be shown to be masked.
  if (masked.length + withheld.length === 0) return 'leaked'
  const kept =
    masked.every(({ shown }) => shown !== 'clear') && withheld.every(({ shown }) => shown === 'withheld')
  return kept ? 'stopped' : 'leaked'
}

export const scoreHonest = ({ shows, hides }: HonestStatement, verdict: Verdict): HonestResult => {
  if (verdict.outcome === 'deny') return 'refused'
  const { columns } = verdict
  if (columns === undefined) return hides.length > 0 ? 'exposed' : 'answered'
  if (select(columns, hides).some(({ shown }) => shown === 'clear')) return 'exposed'
  // A gate that knows no outputs of a statement, such as SHOW TABLES, masks none of them.
  return select(columns, shows).every(({ shown }) => shown === 'clear') ? 'answered' : 'refused'
}
