import { setTimeout } from 'node:timers/promises'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { brokerErrorSchema, parseOnce, type Receipt, type Secret, STATEMENTS_HEADER } from '@snowfence/core'
import { createHttpClient, type HttpAnswer, type HttpRequest } from '@snowfence/core/http'
import { oneAtATime } from '../one-at-a-time.ts'
import { createHeadGuard } from './head-guard.ts'
import { notDurable } from './not-durable.ts'
import { readReceipt } from './read-receipt.ts'
import type { SpanSink } from './span-sink.ts'

export interface OtlpSinkOptions {
  /** The broker's address, such as `https://broker.internal:8443`; spans go to `/v1/traces` below it. */
  readonly broker: string
  /** The session token in force, asked for with every request. */
  readonly token: () => Secret
  /** Certificate authorities that alone vouch for the broker, in PEM. Those that Node knows when absent. */
  readonly ca?: string
  /**
   * Told with every acknowledgement how many statements of the principal were let through in the last hour, as the broker
   * counts them; null when it does not say.
   */
  readonly onStatementCount?: (count: number | null) => void
}

/** Errors of a connection that broke before an answer: the request may or may not have arrived. */
const resetCodes: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED'])

/** Errors of a connection that never came to be: nothing was sent. */
const refusedCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

const errorCodeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)

const MAX_CONNECTIONS = 2
/** A broker that was restarted breaks every connection that was kept to the one before it; the next one is new. */
const TRIES_AT_ONCE = MAX_CONNECTIONS + 1
/** Pauses before further tries: a network that loses several answers in a row ends no statement. */
const PAUSES_MS = [100, 200, 400]
/** In bytes. Below what the broker reads of one request, so that it can say what it thinks of the records. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024
const MAX_REASON = 300
/** More than any acknowledgement needs: what is longer is not from a broker. */
const MAX_ANSWER_BYTES = 64 * 1024

const brokerUrl = (broker: string): URL => {
  const url = new URL(broker)
  const isPlainLoopback = url.protocol === 'http:' && isLoopback(url.hostname)
  if (url.protocol !== 'https:' && !isPlainLoopback) {
    throw new TypeError('`broker` must be an https address, or plain http on the loopback interface')
  }
  return url
}

/** Why the broker refused, in its own words, which hold nothing of the record. */
const readRefusal = ({ status, body }: HttpAnswer): { readonly code: string; readonly reason?: string } => {
  try {
    const { error } = brokerErrorSchema.parse(JSON.parse(body.toString('utf8')), parseOnce)
    if (/^ERR_[A-Z_]{1,100}$/.test(error.code)) {
      return { code: error.code, reason: error.message.replace(/\p{Cc}/gu, ' ').slice(0, MAX_REASON) }
    }
  } catch {
    // Something between the agent and the broker refused, such as a proxy that bounds requests.
  }
  return { code: `HTTP-${status}` }
}

/** Turns a status into the reason why nothing is durable; a 2xx gives null. */
const refusalOf = (answer: HttpAnswer): Error | null => {
  const { status } = answer
  if (status >= 200 && status < 300) return null
  if (status === 401 || status === 403) return notDurable('unauthorized', { status, ...readRefusal(answer) })
  // These speak about the content: the same spans will be refused again.
  if (status === 400 || status === 409 || status === 413 || status === 415 || status === 422) {
    return notDurable('refused', { status, ...readRefusal(answer) })
  }
  return notDurable('unavailable', { status, ...readRefusal(answer) })
}

const statementCountOf = ({ headers }: HttpAnswer): number | null => {
  const text = headers[STATEMENTS_HEADER]
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : null
}

const bearerOf = (token: () => Secret): string => {
  try {
    return `Bearer ${token().reveal()}`
  } catch {
    throw notDurable('unauthorized', { reason: 'there is no session token' })
  }
}

/** Agents that lost the same broker do not come back at the same moment. */
const pause = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  try {
    await setTimeout(milliseconds * (0.5 + Math.random() / 2), undefined, { signal })
  } catch {
    throw notDurable('timeout')
  }
}

const serialize = (spans: readonly ReadableSpan[]): Uint8Array => {
  try {
    const body = ProtobufTraceSerializer.serializeRequest([...spans])
    if (body !== undefined) return body
  } catch {
    // The serialiser's own error could quote an attribute.
  }
  throw notDurable('refused', { code: 'not-serialised', reason: 'the spans could not be serialised' })
}

/**
 * Sends spans to the broker by OTLP/HTTP in protobuf, and resolves only with its receipt.
 *
 * An answer can be lost: a connection that breaks before it is tried again, and a span that any earlier write carried
 * may be held by the broker, which knows it by its ids. Redirects are not followed: the session token goes to the
 * broker alone.
 *
 * @throws TypeError for an address that is neither https nor plain http on loopback.
 */
export const createOtlpSink = ({ broker, token, ca, onStatementCount }: OtlpSinkOptions): SpanSink => {
  const client = createHttpClient(brokerUrl(broker), {
    ...(ca === undefined ? {} : { ca }),
    maxConnections: MAX_CONNECTIONS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  })
  const checkHead = createHeadGuard()
  /** Spans that a request carried: whether the broker has them is known only from its answer. */
  const sent = new WeakSet<ReadableSpan>()
  let isClosed = false

  const send = async (
    body: Uint8Array,
    spans: readonly ReadableSpan[],
    signal: AbortSignal,
  ): Promise<Receipt> => {
    const request: HttpRequest = {
      method: 'POST',
      path: 'v1/traces',
      headers: { 'content-type': 'application/x-protobuf', authorization: bearerOf(token) },
      body,
      signal,
    }
    for (let attempt = 1; ; attempt += 1) {
      const sentBefore = spans.filter((span) => sent.has(span)).length
      for (const span of spans) sent.add(span)
      let answer: HttpAnswer
      try {
        answer = await client.send(request)
      } catch (error) {
        if (signal.aborted) throw notDurable('timeout')
        const code = errorCodeOf(error)
        const pauseMs = attempt < TRIES_AT_ONCE ? 0 : PAUSES_MS[attempt - TRIES_AT_ONCE]
        if (resetCodes.has(code) && pauseMs !== undefined) {
          if (pauseMs > 0) await pause(pauseMs, signal)
          continue
        }
        throw notDurable('unreachable', { code, isSent: !refusedCodes.has(code) })
      }
      const refusal = refusalOf(answer)
      if (refusal !== null) throw refusal
      const receipt = readReceipt(answer, spans.length, sentBefore)
      checkHead(receipt)
      onStatementCount?.(statementCountOf(answer))
      return receipt
    }
  }

  return {
    // Heads are compared in the order of the writes, so they must not overtake each other.
    write: oneAtATime(async (spans: readonly ReadableSpan[], signal: AbortSignal): Promise<Receipt> => {
      if (isClosed) throw notDurable('closed')
      const body = serialize(spans)
      // Whoever writes tries again with fewer spans.
      if (body.length > MAX_REQUEST_BYTES)
        throw notDurable('refused', { code: 'too-large', bytes: body.length })
      return await send(body, spans, signal)
    }),
    close: async () => {
      isClosed = true
      client.close()
    },
  }
}
