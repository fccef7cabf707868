import { Readable } from 'node:stream'
import type { DriverRow, RowShaper } from './row-shaper.ts'

/** A result that may be read: rows come from the driver, and leave only through the shaper. */
export interface OpenedRows {
  readonly source: Readable
  readonly shape: RowShaper
}

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
  #source: Readable | null = null
  #shape: RowShaper | null = null
  #rows = 0
  #isOpening = false
  #isSettled = false
  #isWanted = false

  constructor(options: MaskedRowStreamOptions) {
    super({ objectMode: true, highWaterMark: options.highWaterMark })
    this.#options = options
  }

  override _read(): void {
    this.#isWanted = true
    if (this.#source) this.#pump()
    else if (!this.#isOpening) {
      this.#isOpening = true
      this.#open().catch((error: unknown) => this.#fail(error))
    }
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#source?.destroy()
    this.#source = null
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
    const { source, shape } = await this.#options.open()
    if (this.destroyed) {
      source.destroy()
      return
    }
    this.#source = source
    this.#shape = shape
    source.on('readable', () => this.#pump())
    source.on('end', () => void this.#finish())
    source.on('error', (error: unknown) => this.#fail(error))
    this.#pump()
  }

  #pump(): void {
    const source = this.#source
    const shape = this.#shape
    if (!source || !shape || !this.#isWanted) return
    try {
      for (;;) {
        const row = source.read() as DriverRow | null
        if (row === null) return
        const shaped = shape(row)
        this.#rows += 1
        if (!this.push(shaped)) {
          this.#isWanted = false
          return
        }
      }
    } catch (error) {
      this.#fail(error)
    }
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
