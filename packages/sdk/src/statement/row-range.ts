import { createParameterError } from '../driver/driver-error.ts'
import type { RowRange } from '../pipeline/governed-result.ts'

const fetchableTypes = new Set([
  'string',
  'boolean',
  'number',
  'date',
  'json',
  'buffer',
  'object',
  'array',
  'map',
])

/**
 * Reads the options of `streamRows` as the driver does.
 *
 * @throws the driver's InvalidParameterError, 411001 to 411005
 */
export const receiveRange = (options: unknown): RowRange => {
  if (options === undefined || options === null) return {}
  if (typeof options !== 'object') throw createParameterError('streamOptions')
  const { start, end, fetchAsString } = options as Record<string, unknown>
  if (start !== undefined && start !== null && typeof start !== 'number')
    throw createParameterError('streamStart')
  if (end !== undefined && end !== null && typeof end !== 'number') throw createParameterError('streamEnd')
  if (fetchAsString !== undefined && fetchAsString !== null) {
    if (!Array.isArray(fetchAsString)) throw createParameterError('streamFetchAsString')
    const invalid = fetchAsString.find((type) => !fetchableTypes.has(String(type).toLowerCase()))
    if (invalid !== undefined) throw createParameterError('streamFetchAsStringValue')
  }
  return {
    ...(typeof start === 'number' ? { start } : {}),
    ...(typeof end === 'number' ? { end } : {}),
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
 * @throws the driver's MissingParameterError and InvalidParameterError, 450001 to 450006
 */
export const receiveFetchRows = (options: unknown): FetchRowsOptions => {
  if (options === undefined || options === null) throw createParameterError('fetchMissingOptions')
  if (typeof options !== 'object') throw createParameterError('fetchOptions')
  const { each, end, startIndex, endIndex } = options as Record<string, unknown>
  if (each === undefined || each === null) throw createParameterError('fetchMissingEach')
  if (typeof each !== 'function') throw createParameterError('fetchEach')
  if (end === undefined || end === null) throw createParameterError('fetchMissingEnd')
  if (typeof end !== 'function') throw createParameterError('fetchEnd')
  return {
    each: each as FetchRowsOptions['each'],
    end: end as FetchRowsOptions['end'],
    range: {
      ...(typeof startIndex === 'number' ? { start: startIndex } : {}),
      ...(typeof endIndex === 'number' ? { end: endIndex } : {}),
    },
  }
}
