import type { Readable } from 'node:stream'
import type { RowFlow, RowSink } from './row-flow.ts'
import type { DriverRow } from './row-shaper.ts'

/** The driver's stream makes rows in a function of its own instance, and hands them to its `push`. */
export const isTappable = (source: Readable): boolean =>
  Object.hasOwn(source, '_read') && typeof source._read === 'function' && !Object.hasOwn(source, 'push')

/** After so many rows other work of the process has its turn, such as unpacking the next part of the result. */
const ROWS_PER_TURN = 1024

/**
 * Takes the place of the buffer in the driver's stream: a row goes on as soon as the driver has made it.
 *
 * INVARIANT: `_read` is called once per demand, and never while the driver is pushing: it would skip a row.
 */
export const tapRows = (source: Readable, toRow: (row: unknown) => DriverRow, sink: RowSink): RowFlow => {
  let isWanted = false
  let isAsked = false
  let isPushing = false
  let isStopped = false
  let rowsThisTurn = 0

  const fail = (error: unknown): void => {
    if (isStopped) return
    isStopped = true
    sink.fail(error)
  }
  const ask = (): void => {
    if (isAsked || isPushing || isStopped || !isWanted) return
    isAsked = true
    try {
      source._read(0)
    } catch (error) {
      fail(error)
    }
  }
  const goOn = (): void => {
    isPushing = false
    ask()
  }
  const nextTurn = (): void => {
    rowsThisTurn = 0
    goOn()
  }
  // Runs behind the driver's loop, which pushes until it is told to stop or has no more.
  const endPushing = (): void => {
    if (rowsThisTurn < ROWS_PER_TURN) goOn()
    else setImmediate(nextTurn)
  }
  source.push = (row: unknown): boolean => {
    if (isStopped) return false
    if (row === null) {
      isStopped = true
      sink.end()
      return false
    }
    isAsked = false
    if (!isPushing) {
      isPushing = true
      process.nextTick(endPushing)
    }
    rowsThisTurn += 1
    try {
      if (!sink.row(toRow(row))) isWanted = false
    } catch (error) {
      fail(error)
    }
    return isWanted && !isStopped && rowsThisTurn < ROWS_PER_TURN
  }
  source.on('error', fail)
  return {
    more: () => {
      isWanted = true
      ask()
    },
    stop: () => {
      isStopped = true
      source.destroy()
    },
  }
}
