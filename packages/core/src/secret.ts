import { inspect } from 'node:util'

const REDACTED = '[secret]'

/** Holds a credential so that printing, serialising or inspecting it shows `[secret]`. */
export class Secret<T = string> {
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
