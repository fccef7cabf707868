import type { Readable } from 'node:stream'
import type { ShownRow } from './row-view.ts'

export interface RowReading {
  /** The same rows twice: as values and as strings. */
  readonly values: Readable
  readonly texts: Readable
  readonly firstIndex: number
  /** False stops the reading. What it throws is the program's own uncaught exception. */
  each(row: ShownRow): unknown
  end(error: unknown): void
}

/** Reads two streams of one result side by side. */
const readPairs = async ({ values, texts, firstIndex, each, end }: RowReading): Promise<void> => {
  const valuesOf = values.iterator() as AsyncIterator<unknown[]>
  const textsOf = texts.iterator() as AsyncIterator<unknown[]>
  for (let rowIndex = firstIndex; ; rowIndex += 1) {
    let pair: readonly [IteratorResult<unknown[]>, IteratorResult<unknown[]>]
    try {
      // Texts first: once the driver has made a value of a cell, its string is no longer the text that was sent.
      const text = textsOf.next()
      pair = await Promise.all([valuesOf.next(), text])
    } catch (error) {
      end(error)
      return
    }
    const [row, strings] = pair
    if (row.done || strings.done) break
    if (each({ rowIndex, values: row.value, texts: strings.value }) === false) break
  }
  values.destroy()
  texts.destroy()
  end(null)
}

/** Gives a result row by row to a callback, and tells another when there are no more. */
export const readRowViews = (reading: RowReading): void => {
  readPairs(reading).catch((thrown: unknown) => {
    reading.values.destroy()
    reading.texts.destroy()
    process.nextTick(() => {
      throw thrown
    })
  })
}
