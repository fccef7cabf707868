import type { DriverColumn } from '../driver/snowflake-driver.ts'

/** The text of a value, close to what the driver's `getColumnValueAsString` gives. */
const toText = (value: unknown): unknown => {
  if (value === null || value === undefined || typeof value === 'string') return value
  if (value instanceof Date) return value.toJSON()
  if (Buffer.isBuffer(value)) return value.toString('hex').toUpperCase()
  return typeof value === 'object' ? JSON.stringify(value) : String(value).toUpperCase()
}

/** What `fetchRows` gives its callback: the driver's row methods, over masked values. */
export interface RowView {
  readonly rowIndex: number
  readonly values: readonly unknown[]
  getRowIndex(): number
  getStatement(): unknown
  getColumnValue(nameOrIndex: string | number): unknown
  getColumnValueAsString(nameOrIndex: string | number): unknown
}

export const viewRow = (
  values: readonly unknown[],
  rowIndex: number,
  columns: readonly DriverColumn[],
  statement: unknown,
): RowView => {
  const at = (nameOrIndex: string | number): unknown =>
    values[
      typeof nameOrIndex === 'number'
        ? nameOrIndex
        : columns.findIndex((column) => column.getName() === nameOrIndex)
    ]
  return {
    rowIndex,
    values,
    getRowIndex: () => rowIndex,
    getStatement: () => statement,
    getColumnValue: at,
    getColumnValueAsString: (nameOrIndex) => toText(at(nameOrIndex)),
  }
}
