import type { DriverColumn } from '../driver/snowflake-driver.ts'

/** What `fetchRows` gives its callback: the driver's row methods, over masked values. */
export interface RowView {
  readonly rowIndex: number
  readonly values: readonly unknown[]
  getRowIndex(): number
  getStatement(): unknown
  getColumnValue(nameOrIndex: string | number): unknown
  getColumnValueAsString(nameOrIndex: string | number): unknown
}

/** A row of a result: masked, once as values and once as the driver's strings. */
export interface ShownRow {
  readonly rowIndex: number
  readonly values: readonly unknown[]
  readonly texts: readonly unknown[]
}

export interface RowViewContext {
  readonly columns: readonly DriverColumn[]
  readonly statement: unknown
  /** What the driver gives for NULL where a string is asked for. */
  readonly nullText: string | null
}

export const viewRow = (
  { rowIndex, values, texts }: ShownRow,
  { columns, statement, nullText }: RowViewContext,
): RowView => {
  const wasRead = new Set<number>()
  const indexOf = (nameOrIndex: string | number): number =>
    typeof nameOrIndex === 'number'
      ? nameOrIndex
      : columns.findIndex((column) => column.getName() === nameOrIndex)
  return {
    rowIndex,
    values,
    getRowIndex: () => rowIndex,
    getStatement: () => statement,
    getColumnValue: (nameOrIndex) => {
      const index = indexOf(nameOrIndex)
      wasRead.add(index)
      return values[index]
    },
    getColumnValueAsString: (nameOrIndex) => {
      const index = indexOf(nameOrIndex)
      const value = values[index]
      // The driver writes a document anew once its value was read, and gives the text that was sent before.
      const isRewritten = wasRead.has(index) && columns[index]?.isVariant() === true
      if (!isRewritten) return texts[index]
      return value === null ? nullText : JSON.stringify(value)
    },
  }
}
