import { inspect } from 'node:util'

const REDACTED = '[secret]'

/** Known to every copy of this module: the SDK ships with one of its own inside. */
const brand = Symbol.for('snowfence.secret')

/** Holds a credential so that printing, serialising or inspecting it shows `[secret]`. */
export class Secret<T = string> {
  static {
    Object.defineProperty(Secret.prototype, brand, { value: true })
  }

  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself. Call it only where the value leaves for the party it is meant for. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}

/** Whether it is a secret, from whichever copy of this module. */
export const isSecret = (value: unknown): value is Secret<unknown> =>
  typeof value === 'object' && value !== null && brand in value
