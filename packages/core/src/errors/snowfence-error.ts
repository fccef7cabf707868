import { type ErrorCode, errorCatalogue } from './catalogue.ts'

export interface SnowfenceErrorOptions {
  /** What happened to this call. Never holds SQL literals, bind values, row values or tokens. */
  readonly message?: string
  /** The next action that would help. The catalogue's hint when absent. */
  readonly hint?: string
  /** Machine-readable facts, under the same rule as the message. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** Known to every copy of this module: the SDK ships with one of its own inside. */
const brand = Symbol.for('snowfence.error')

/**
 * The one base of every error that Snowfence throws.
 *
 * `code` is stable and listed in `docs/errors/`; `message` says what happened and why, `hint` what to do next.
 */
export class SnowfenceError extends Error {
  static {
    Object.defineProperty(SnowfenceError.prototype, brand, { value: true })
  }

  override readonly name: string = 'SnowfenceError'
  readonly code: ErrorCode
  readonly hint: string
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, options: SnowfenceErrorOptions = {}) {
    const entry = errorCatalogue[code]
    super(
      options.message ?? entry.message,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.code = code
    this.hint = options.hint ?? entry.hint
    this.retryable = entry.retryable
    this.details = options.details ?? {}
  }

  /** Where this code is explained, relative to the repository's root. */
  get docs(): string {
    return `docs/errors/${this.code}.md`
  }

  toJSON() {
    const { name, code, message, hint, docs, retryable, details } = this
    return { name, code, message, hint, docs, retryable, details }
  }
}

/** Whether it is an error of Snowfence's, from whichever copy of this module, and with the code when one is given. */
export const isSnowfenceError = (value: unknown, code?: ErrorCode): value is SnowfenceError =>
  value instanceof Error && brand in value && (code === undefined || ('code' in value && value.code === code))
