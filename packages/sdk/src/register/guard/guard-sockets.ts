import type { ClientRequest } from 'node:http'
import net, { type Socket } from 'node:net'
import tls, { type TLSSocket } from 'node:tls'
import type { RequestGuard } from './request-guard.ts'

/** Node's own limit of a request's headers is 16 KB. */
const LONGEST_HEAD = 16_384

interface Destination {
  readonly host?: string | undefined
  readonly servername?: string | undefined
}

/** Node: `connect(options)`, `connect(path)`, `connect(port, host)`, and inside of Node a list of options and callback. */
const destinationOf = (given: readonly unknown[]): Destination => {
  const first = Array.isArray(given[0]) ? (given[0][0] as unknown) : given[0]
  if (typeof first === 'object' && first !== null) return first as Destination
  return { host: typeof given[1] === 'string' ? given[1] : undefined }
}

/** The beginning of what is written, where it looks like that of a request. */
const headOf = (chunk: unknown, encoding: unknown): string | null => {
  let head: string
  if (typeof chunk === 'string') {
    if (encoding === 'hex' || encoding === 'base64' || encoding === 'base64url' || encoding === 'utf16le')
      head = Buffer.from(chunk, encoding).toString('latin1', 0, LONGEST_HEAD)
    else head = chunk.slice(0, LONGEST_HEAD)
  } else if (chunk instanceof Uint8Array) {
    const [first = 0] = chunk
    if (first < 65 || first > 90) return null
    head = Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.byteLength, LONGEST_HEAD)).toString(
      'latin1',
    )
  } else return null
  return /^[A-Z]+ \S/.test(head) ? head : null
}

const headers = {
  host: /\r\nhost:[ \t]*([^\r\n]*)/i,
  authorization: /\r\nauthorization:[ \t]*([^\r\n]*)/i,
  tokenType: /\r\nx-snowflake-authorization-token-type:[ \t]*([^\r\n]*)/i,
} as const

/**
 * Judges what `node:http` does not: connections by the name they are opened to, and the first line and the headers of
 * each HTTP/1.1 request that a client writes, whoever writes it (undici and `fetch`, a proxy's CONNECT, raw sockets).
 * On a TLS socket that is the text before it is encrypted.
 */
export const guardSockets = (guard: RequestGuard): void => {
  const clients = new WeakMap<Socket, string | undefined>()
  const prototype = net.Socket.prototype as Socket & {
    _write(chunk: unknown, encoding: unknown, callback: (error?: Error | null) => void): void
    _writev(
      chunks: readonly { chunk: unknown; encoding: unknown }[],
      callback: (error?: Error | null) => void,
    ): void
  }
  const { connect, _write: write, _writev: writev } = prototype
  const { setServername } = tls.TLSSocket.prototype as TLSSocket & { setServername(name: string): void }

  const refusalByName = (name: string | undefined): Error | null =>
    name === undefined || name === '' ? null : guard.refusalOf({ host: name })

  prototype.connect = function (this: Socket, ...given: unknown[]) {
    const { host, servername } = destinationOf(given)
    if (!guard.admit(this)) {
      const error = refusalByName(host) ?? refusalByName(servername)
      if (error !== null) {
        this.destroy()
        throw error
      }
    }
    clients.set(this, host)
    return (connect as (...args: unknown[]) => Socket).apply(this, given)
  } as typeof connect

  // A connection through a proxy's tunnel is opened to the proxy, and names the server here.
  Object.assign(tls.TLSSocket.prototype, {
    setServername(this: TLSSocket, name: string) {
      if (!guard.isGoverned(this) && !guard.admit(this)) {
        const error = refusalByName(name)
        if (error !== null) {
          this.destroy()
          throw error
        }
      }
      return setServername.call(this, name)
    },
  })

  /** The standard streams are sockets too, and a log line may look like a request. */
  const isClient = (socket: Socket): boolean =>
    clients.has(socket) || (!(socket as { server?: unknown }).server && socket.remoteAddress !== undefined)

  const refusalOfWrite = (socket: Socket, chunk: unknown, encoding: unknown): Error | null => {
    const head = headOf(chunk, encoding)
    if (head === null) return null
    const { _httpMessage: request } = socket as { _httpMessage?: ClientRequest | null }
    // A connection of the driver's may come back from a pool for a request of somebody else's.
    if (guard.isGoverned(request ?? socket) || guard.isInDriver()) return null
    if (!isClient(socket)) return null
    return guard.refusalOf({
      host: clients.get(socket),
      authority: headers.host.exec(head)?.[1],
      // The version behind it may come in a later part.
      target: /^[A-Z]+ (\S+)/.exec(head)?.[1],
      authorization: headers.authorization.exec(head)?.[1],
      tokenType: headers.tokenType.exec(head)?.[1],
    })
  }

  prototype._write = function (chunk, encoding, callback) {
    const error = refusalOfWrite(this, chunk, encoding)
    if (error === null) {
      write.call(this, chunk, encoding, callback)
      return
    }
    this.destroy(error)
    callback(error)
  }
  prototype._writev = function (chunks, callback) {
    const error = refusalOfWrite(this, chunks[0]?.chunk, chunks[0]?.encoding)
    if (error === null) {
      writev.call(this, chunks, callback)
      return
    }
    this.destroy(error)
    callback(error)
  }
}
