import { type ErrorCode, isSnowfenceError } from '@snowfence/core'
import { pause } from './pause.ts'

const FIRST_PAUSE_MS = 100
/** Short beside the time after which the broker takes an agent that it does not hear for gone. */
const LONGEST_PAUSE_MS = 2_000

/** Codes of a broker that is away, being restarted, without its database, or without space on a disk. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_BROKER_UNREACHABLE',
  'ERR_BROKER_DATABASE_UNREACHABLE',
  'ERR_BROKER_DISK_FULL',
  'ERR_BROKER_INTERNAL',
  'ERR_AUDIT_NOT_DURABLE',
])

/** Whether the same request can succeed a moment later, at this broker or another one of its replicas. */
const isPassing = (error: unknown): boolean => {
  if (!isSnowfenceError(error)) return false
  if (passing.has(error.code)) return true
  // A proxy that finds no replica answers in words of its own.
  const { status } = error.details
  return error.code === 'ERR_BROKER_RESPONSE_INVALID' && (status === 429 || Number(status) >= 500)
}

export interface Patience {
  /** In milliseconds, by a clock that only moves forward; asked before each new try. */
  remaining(): number
  readonly signal?: AbortSignal | undefined
}

/** Patience for so long from now. */
export const patienceFor = (milliseconds: number, signal?: AbortSignal): Patience => {
  const end = performance.now() + milliseconds
  return { remaining: () => end - performance.now(), signal }
}

/**
 * Tries a request that may be repeated until the broker answers it.
 *
 * @throws the last failure when patience is at its end, any that will not pass at once, and the signal's reason
 */
export const patiently = async <T>(request: () => Promise<T>, patience: Patience): Promise<T> => {
  const { signal } = patience
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await request()
    } catch (error) {
      signal?.throwIfAborted()
      if (!isPassing(error) || patience.remaining() <= 0) throw error
    }
    // Agents that lost the same broker do not come back at the same moment.
    await pause(pauseMs * (0.5 + Math.random() / 2), signal)
    signal?.throwIfAborted()
  }
}
