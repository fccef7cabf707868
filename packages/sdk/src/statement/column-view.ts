import type { DriverColumn } from '../driver/snowflake-driver.ts'

const members = [
  'getName',
  'getIndex',
  'getId',
  'getType',
  'getScale',
  'getPrecision',
  'isNullable',
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

/** A column's description without the driver's extractors, which read raw values out of the driver's rows. */
export const viewColumn = (column: DriverColumn): DriverColumn =>
  Object.freeze(
    Object.fromEntries(members.map((member) => [member, () => column[member]()])),
  ) as unknown as DriverColumn
