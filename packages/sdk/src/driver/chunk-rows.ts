import { createRequire } from 'node:module'
import path from 'node:path'
import type { DriverStatement } from './snowflake-driver.ts'

/** What the driver's stream does with the rows of a chunk: it takes a range of them. */
export interface ChunkRows {
  slice(start: number, end: number): unknown[]
}

/** Makes the rows of a chunk from its text: JSON arrays with commas between them, and no brackets around all. */
type RowsOfChunk = (text: string) => ChunkRows

/** A part of a result in the driver, as far as we know it. */
interface Chunk {
  readonly _statement: unknown
  /** What was downloaded, until it is parsed. A part that came inside of the first answer has none. */
  readonly _rowsetAsString: unknown
  readonly _rows: unknown
  getRows(): unknown
}

const makers = new WeakMap<object, RowsOfChunk>()
let isInstalled: boolean | undefined

const install = (): boolean => {
  let chunks: Chunk | undefined
  try {
    // By a name that bundlers do not follow: this part is the driver's only where Node itself loaded the driver.
    const load = createRequire(import.meta.url)
    const entry = load.resolve('snowflake-sdk')
    if (load.cache[entry] === undefined) return false
    const driver = path.dirname(entry)
    const file = path.join(driver, 'lib', 'connection', 'result', 'chunk.js')
    chunks = (load(file) as { prototype: Chunk }).prototype
  } catch {
    return false
  }
  if (typeof chunks?.getRows !== 'function' || !Object.hasOwn(chunks, 'getRows')) return false
  const getRowsByDriver = chunks.getRows
  chunks.getRows = function getRows(this: Chunk) {
    const text = this._rowsetAsString
    const make =
      typeof this._statement === 'object' && this._statement ? makers.get(this._statement) : undefined
    if (make === undefined || typeof text !== 'string' || text === '' || this._rows !== undefined)
      return getRowsByDriver.call(this)
    return make(text)
  }
  return true
}

/**
 * Has the downloaded parts of one statement's result give rows of our making. Every other statement of the process,
 * governed or not, goes on as before.
 *
 * A private part of snowflake-sdk 2.x and 3.x; where it is not there, the driver makes the rows as it always does.
 */
export const makeChunkRows = (statement: DriverStatement, make: RowsOfChunk): void => {
  isInstalled ??= install()
  if (isInstalled) makers.set(statement, make)
}
