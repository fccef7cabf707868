import type { DriverColumn } from '../driver/snowflake-driver.ts'

const descriptions = ['getIndex', 'getId', 'getScale', 'getPrecision', 'isNullable'] as const

const predicates = [
  'isString',
  'isBinary',
  'isNumber',
  'isBoolean',
  'isDate',
  'isTime',
  'isTimestamp',
  'isTimestampLtz',
  'isTimestampNtz',
  'isTimestampTz',
  'isVariant',
  'isObject',
  'isArray',
  'isMap',
] as const satisfies readonly (keyof DriverColumn)[]

/**
 * A column's description without the driver's extractors, which read raw values out of the driver's rows.
 *
 * @param shownName the name in the rows, where repeated names are renamed
 * @param shownType the driver's type name of what is shown: a mask turns a date or a number into text
 */
export const viewColumn = (column: DriverColumn, shownName: string, shownType: string): DriverColumn => {
  const isChanged = shownType !== column.getType()
  const view: Record<string, () => unknown> = { getName: () => shownName, getType: () => shownType }
  for (const member of descriptions) view[member] = () => column[member]()
  for (const member of predicates)
    view[member] = isChanged ? () => member === 'isString' : () => column[member]()
  return Object.freeze(view) as unknown as DriverColumn
}
