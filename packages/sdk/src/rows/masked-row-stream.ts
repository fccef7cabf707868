import { Readable } from 'node:stream'
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
  #flow: RowFlow | null = null
  #rows = 0
  #isOpening = false
  #isSettled = false

  constructor(options: MaskedRowStreamOptions) {
    super({ objectMode: true, highWaterMark: options.highWaterMark })
    this.#options = options
  }

  override _read(): void {
    if (this.#flow) this.#flow.more()
    else if (!this.#isOpening) {
      this.#isOpening = true
      this.#open().catch((error: unknown) => this.#fail(error))
    }
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#flow?.stop()
    this.#flow = null
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
    this.#flow = opened({
      row: (row) => {
        this.#rows += 1
        return this.push(row)
      },
      end: () => void this.#finish(),
      fail: (error) => this.#fail(error),
    })
    this.#flow.more()
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
