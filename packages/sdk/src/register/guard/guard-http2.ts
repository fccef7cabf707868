import http2, { type ClientHttp2Session } from 'node:http2'
import type { RequestGuard } from './request-guard.ts'

type Request = (this: ClientHttp2Session, headers?: unknown, options?: unknown) => unknown

/** Node takes headers as an object or as a list of names and values. */
const readHeaders = (headers: unknown): Map<string, string> => {
  if (!Array.isArray(headers))
    return new Map(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]))
  const found = new Map<string, string>()
  for (let at = 0; at + 1 < headers.length; at += 2)
    found.set(String(headers[at]).toLowerCase(), String(headers[at + 1]))
  return found
}

const servers = new WeakMap<ClientHttp2Session, string>()

const serverOf = (session: ClientHttp2Session): string =>
  (servers.get(session) ?? '').replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/s, '')

/**
 * Judges requests of `node:http2`, whose frames are written below the sockets of Node. The class of its sessions is not
 * exported, so it is taken from the first session.
 */
export const guardHttp2 = (guard: RequestGuard): void => {
  const guarded = new WeakSet<object>()
  const guardClass = (prototype: { request: Request }): void => {
    if (guarded.has(prototype)) return
    guarded.add(prototype)
    const { request } = prototype
    prototype.request = function (headers, options) {
      if (!guard.isInDriver()) {
        const read = readHeaders(headers)
        const error = guard.refusalOf({
          host: read.get('host'),
          authority: read.get(':authority') ?? serverOf(this),
          target: read.get(':path'),
          authorization: read.get('authorization'),
          tokenType: read.get('x-snowflake-authorization-token-type'),
        })
        if (error !== null) throw error
      }
      return request.call(this, headers, options)
    }
  }
  const { connect } = http2
  http2.connect = ((...given: Parameters<typeof connect>) => {
    const session = connect(...given)
    servers.set(session, String(given[0] ?? ''))
    guardClass(Object.getPrototypeOf(session))
    return session
  }) as typeof connect
}
