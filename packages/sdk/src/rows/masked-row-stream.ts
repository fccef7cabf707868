import { Readable } from 'node:stream'
import { captureCallerContext, inContextOf, runAsDriver } from '../driver/driver-context.ts'
import type { OpenedRows, RowFlow } from './row-flow.ts'

export interface MaskedRowStreamOptions {
  readonly highWaterMark: number
  /** Resolves when the statement has a result that was checked; rejects with what the caller is to see. */
  open(): Promise<OpenedRows>
  /** Turns an error of the driver's into what the caller may see. */
  translate(error: unknown): Error
  /** Called once, before `end` or with the error: writes the outcome. A rejection fails the stream. */
  settle(outcome: { readonly rows: number; readonly error: Error | null }): Promise<void>
}

/**
 * The stream that `streamRows` returns. It may be asked for before the statement has completed, and it never holds
 * a row that was not masked.
 */
export class MaskedRowStream extends Readable {
  readonly #options: MaskedRowStreamOptions
  /** Rows arrive in the driver's context, and the program's listeners run in that of whoever asked for the stream. */
  readonly #caller = captureCallerContext()
  #flow: RowFlow | null = null
  #rows = 0
  #isOpening = false
  #isSettled = false

  constructor(options: MaskedRowStreamOptions) {
    super({ objectMode: true, highWaterMark: options.highWaterMark })
    this.#options = options
  }

  override _read(): void {
    const flow = this.#flow
    if (flow) runAsDriver(() => flow.more())
    else if (!this.#isOpening) {
      this.#isOpening = true
      this.#open().catch((error: unknown) => this.#fail(error))
    }
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const flow = this.#flow
    this.#flow = null
    if (flow) runAsDriver(() => flow.stop())
    if (this.#isSettled) {
      callback(error)
      return
    }
    this.#isSettled = true
    this.#options.settle({ rows: this.#rows, error }).then(
      () => callback(error),
      (failure: unknown) => callback(error ?? this.#options.translate(failure)),
    )
  }

  async #open(): Promise<void> {
    const opened = await this.#options.open()
    if (this.destroyed) return
    const caller = this.#caller
    const flow = opened({
      row: (row) => {
        this.#rows += 1
        return caller === null ? this.push(row) : caller.runInAsyncScope(this.push, this, row)
      },
      end: () => inContextOf(caller, () => void this.#finish()),
      fail: (error) => inContextOf(caller, () => this.#fail(error)),
    })
    this.#flow = flow
    runAsDriver(() => flow.more())
  }

  async #finish(): Promise<void> {
    if (this.#isSettled || this.destroyed) return
    this.#isSettled = true
    try {
      await this.#options.settle({ rows: this.#rows, error: null })
      this.push(null)
    } catch (error) {
      this.destroy(this.#options.translate(error))
    }
  }

  #fail(error: unknown): void {
    this.destroy(this.#options.translate(error))
  }
}
