import type { Readable } from 'node:stream'
import type { DriverRow, RowShaper } from './row-shaper.ts'

/** Where masked rows go. */
export interface RowSink {
  /** Takes a row. False: no more for now, until the flow is asked again. */
  row(row: DriverRow): boolean
  end(): void
  fail(error: unknown): void
}

/** Rows on their way into one sink. None arrives before the first `more`. */
export interface RowFlow {
  more(): void
  /** Lets go of the driver's stream. No row arrives after it. */
  stop(): void
}

/** A result that may be read: rows come from the driver, and leave masked only. */
export type OpenedRows = (sink: RowSink) => RowFlow

/**
 * Reads a stream of the driver's by its public API, and shapes each row.
 *
 * @param skipped - how many rows at its beginning are shaped and not handed over
 */
export const readRows =
  (source: Readable, shape: RowShaper, skipped = 0): OpenedRows =>
  (sink) => {
    let isWanted = false
    let read = 0
    const pump = (): void => {
      try {
        while (isWanted) {
          const row = source.read() as DriverRow | null
          if (row === null) return
          const shaped = shape(row)
          read += 1
          if (read > skipped && !sink.row(shaped)) isWanted = false
        }
      } catch (error) {
        isWanted = false
        sink.fail(error)
      }
    }
    source.on('readable', pump)
    source.on('end', () => sink.end())
    source.on('error', (error: unknown) => sink.fail(error))
    return {
      more: () => {
        isWanted = true
        pump()
      },
      stop: () => {
        isWanted = false
        source.destroy()
      },
    }
  }
