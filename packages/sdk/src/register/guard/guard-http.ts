import http, { type ClientRequest, OutgoingMessage } from 'node:http'
import type { RequestGuard } from './request-guard.ts'

const text = (value: unknown): string => (Array.isArray(value) ? String(value[0]) : String(value))

/**
 * Judges each request of `node:http` and `node:https` while it is made. The constructor of a request sets its headers
 * by `setHeader` before it asks for a connection, so an error thrown there is thrown by `http.request` itself, also by a
 * reference to it that was taken earlier. Requests with a list of raw headers are judged when they are written.
 */
export const guardHttp = (guard: RequestGuard): void => {
  const { setHeader } = OutgoingMessage.prototype
  const begun = new WeakSet<ClientRequest>()

  const refuse = (request: ClientRequest, name: string, value: unknown): void => {
    const { host, path } = request
    const error = guard.refusalOf({
      host,
      authority: name === 'host' ? text(value) : undefined,
      // A path alone is judged with the name of its server, which is the header of the same name.
      target: name === 'host' || !path?.startsWith('/') ? path : undefined,
      authorization: name === 'authorization' ? text(value) : undefined,
      tokenType: name === 'x-snowflake-authorization-token-type' ? text(value) : undefined,
    })
    if (error !== null) throw error
  }

  http.ClientRequest.prototype.setHeader = function (this: ClientRequest, name, value) {
    if (!begun.has(this)) {
      begun.add(this)
      guard.admit(this)
    }
    const lowered = String(name).toLowerCase()
    if (!guard.isGoverned(this)) refuse(this, lowered, value)
    else if (lowered === 'host' && this.path?.includes('/session/v1/login-request'))
      guard.noteAccount(text(value))
    return setHeader.call(this, name, value) as ClientRequest
  }
}
