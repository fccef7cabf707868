import { randomUUID } from 'node:crypto'

/** Old ids go first: a caller repeats a statement soon or not at all. */
const MOST_REMEMBERED = 10_000

interface Sent {
  readonly digest: string
  readonly id: string
}

/**
 * The request ids that the warehouse is sent, which are never the caller's.
 *
 * A warehouse answers a request id that it has seen with the rows of the earlier statement, whatever the text says now,
 * so rows would leave under the masks of another statement. An id of the caller's stands for one exact statement: given
 * again with it, the warehouse is sent the same id again; with another statement it is refused.
 */
export class RequestIds {
  readonly #sent = new Map<string, Sent>()

  /** Whether the caller's id stands for another statement than this one. */
  isTaken(callersId: string, digest: string): boolean {
    const known = this.#sent.get(callersId)
    return known !== undefined && known.digest !== digest
  }

  /**
   * What to send for the caller's id.
   *
   * @throws TypeError when the id stands for another statement
   */
  toSend(callersId: string, digest: string): string {
    if (this.isTaken(callersId, digest)) throw new TypeError('the request id stands for another statement')
    const known = this.#sent.get(callersId)
    if (known !== undefined) return known.id
    if (this.#sent.size >= MOST_REMEMBERED) this.#sent.delete(this.#sent.keys().next().value ?? '')
    const id = randomUUID()
    this.#sent.set(callersId, { digest, id })
    return id
  }
}
