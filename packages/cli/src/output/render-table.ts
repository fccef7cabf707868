import { displayText } from '@snowfence/core'
import Table from 'cli-table3'
import type { Palette } from './palette.ts'

export interface TableColumn {
  readonly name: string
  /** Shown under the name, e.g. the mask that the column carries. */
  readonly note?: string | null
}

const MAX_CELL_WIDTH = 40

const cellText = (value: unknown): string => {
  if (value === null || value === undefined) return 'NULL'
  const text =
    typeof value === 'string'
      ? value
      : value instanceof Date
        ? value.toISOString()
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value)
  const oneLine = displayText(text.replaceAll(/[\n\t]/g, ' '))
  return oneLine.length > MAX_CELL_WIDTH ? `${oneLine.slice(0, MAX_CELL_WIDTH - 1)}…` : oneLine
}

/** Rows as a table for people. Nothing in a name or a value drives the terminal, or hides in it. */
export const renderTable = (
  columns: readonly TableColumn[],
  rows: readonly (readonly unknown[])[],
  colour: Palette,
): string => {
  const table = new Table({
    head: columns.map(
      ({ name, note }) => `${colour.bold(cellText(name))}${note ? `\n${colour.yellow(note)}` : ''}`,
    ),
    style: { head: [], border: colour.isColorSupported ? ['gray'] : [], compact: true },
  })
  for (const row of rows) {
    table.push(
      row.map((value) => (value === null || value === undefined ? colour.dim('NULL') : cellText(value))),
    )
  }
  return table.toString()
}
