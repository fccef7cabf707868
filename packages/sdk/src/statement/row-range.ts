import { createParameterError } from '../driver/driver-error.ts'
import type { RowRange } from '../pipeline/governed-result.ts'
import type { RowMode } from './statement-options.ts'

/** The driver's numbers are finite. */
const isNumber = (value: unknown): value is number => Number.isFinite(value)

const isObject = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Object]'

/** The driver's native types: all of them fetched as strings is every value as a string. */
export const nativeTypes = [
  'String',
  'Boolean',
  'Number',
  'Date',
  'JSON',
  'Buffer',
  'Object',
  'Array',
  'Map',
] as const

const fetchableTypes: ReadonlySet<string> = new Set(nativeTypes.map((type) => type.toLowerCase()))

const rowModes: ReadonlySet<unknown> = new Set<RowMode>([
  'object',
  'array',
  'object_with_renamed_duplicated_columns',
])

/**
 * Reads the options of `streamRows` as the driver does.
 *
 * @throws the driver's InvalidParameterError, 411001 to 411005
 */
export const receiveRange = (options: unknown): RowRange => {
  if (options === undefined || options === null) return {}
  if (!isObject(options)) throw createParameterError('streamOptions')
  const { start, end, fetchAsString } = options as Record<string, unknown>
  if (start !== undefined && start !== null && !isNumber(start)) throw createParameterError('streamStart')
  if (end !== undefined && end !== null && !isNumber(end)) throw createParameterError('streamEnd')
  if (fetchAsString !== undefined && fetchAsString !== null) {
    if (!Array.isArray(fetchAsString)) throw createParameterError('streamFetchAsString')
    const invalid: unknown = fetchAsString.find((type) => !fetchableTypes.has(String(type).toLowerCase()))
    if (invalid !== undefined) throw createParameterError('streamFetchAsStringValue', invalid)
  }
  return {
    ...(isNumber(start) ? { start } : {}),
    ...(isNumber(end) ? { end } : {}),
    ...(Array.isArray(fetchAsString) ? { fetchAsString: [...fetchAsString] as string[] } : {}),
  }
}

export interface FetchRowsOptions {
  each(row: unknown): unknown
  end(error: unknown, statement: unknown): void
  readonly range: RowRange
}

/**
 * Reads the options of the deprecated `fetchRows`, whose range members are `startIndex` and `endIndex`.
 *
 * @throws the driver's MissingParameterError and InvalidParameterError, 450001 to 450006 and 411006
 */
export const receiveFetchRows = (options: unknown): FetchRowsOptions => {
  if (options === undefined || options === null) throw createParameterError('fetchMissingOptions')
  if (!isObject(options)) throw createParameterError('fetchOptions')
  const { each, end, rowMode, startIndex, endIndex } = options as Record<string, unknown>
  if (each === undefined || each === null) throw createParameterError('fetchMissingEach')
  if (typeof each !== 'function') throw createParameterError('fetchEach')
  if (end === undefined || end === null) throw createParameterError('fetchMissingEnd')
  if (typeof end !== 'function') throw createParameterError('fetchEnd')
  if (rowMode !== undefined && rowMode !== null && !rowModes.has(rowMode))
    throw createParameterError('fetchRowMode', rowMode)
  return {
    each: each as FetchRowsOptions['each'],
    end: end as FetchRowsOptions['end'],
    range: {
      ...(isNumber(startIndex) ? { start: Math.max(0, Math.floor(startIndex)) } : {}),
      ...(isNumber(endIndex) ? { end: Math.floor(endIndex) } : {}),
    },
  }
}
