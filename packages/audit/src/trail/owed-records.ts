import { setTimeout as sleep } from 'node:timers/promises'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { isSnowfenceError, type Receipt } from '@snowfence/core'
import { mayPass, notDurable } from '../sink/not-durable.ts'
import type { GroupCommit } from './group-commit.ts'

interface Owed {
  readonly span: ReadableSpan
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: unknown) => void
}

export interface OwedCommitOptions {
  /** True for a record that is owed when the store does not take it, although its caller is told of the failure. */
  readonly isOwed?: boolean
  /** How long the record is tried again while the store is away, before its caller is told. 0 by default. */
  readonly patienceMilliseconds?: number
}

/** Commits in two manners: what something waits for, and what is written behind it and may not get lost. */
export interface OwedRecords {
  /**
   * Resolves when the record is durable, and with it every one that is owed from before.
   *
   * @throws ERR_AUDIT_NOT_DURABLE for the record, or for one that is still owed
   */
  commit(span: ReadableSpan, options?: OwedCommitOptions): Promise<Receipt>
  /**
   * Writes a record that nothing waits for. When the store does not take it, it is owed. Rejects at the end of the
   * trail, or with ERR_AUDIT_RECORD_REFUSED when a minimal record is durable in its place.
   */
  commitBehind(span: ReadableSpan): Promise<Receipt>
  /** Tries what is owed once more, and gives it up. */
  close(): Promise<void>
}

export interface OwedRecordsOptions {
  /** Records that may be owed at once. With more, one is lost, and nothing is acknowledged after that. */
  readonly maxOwed: number
  /** How long a store that failed is left alone before what is owed is tried again. It doubles with every failure. */
  readonly firstPauseMilliseconds: number
  readonly longestPauseMilliseconds: number
}

/** A refused record is never taken, and a minimal one is durable in its place: trying again gains nothing. */
const isReplaced = (error: unknown): boolean => isSnowfenceError(error, 'ERR_AUDIT_RECORD_REFUSED')

/**
 * A record that is owed is tried again by and by, and with the next commit: no later `commit` resolves before it is
 * durable.
 */
export const createOwedRecords = (group: GroupCommit, options: OwedRecordsOptions): OwedRecords => {
  const { maxOwed, firstPauseMilliseconds, longestPauseMilliseconds } = options
  let owed: Owed[] = []
  let paying: Promise<void> | null = null
  let isFull = false
  let isClosed = false
  let pause = firstPauseMilliseconds
  let timer: NodeJS.Timeout | undefined

  const commitPatiently = async (span: ReadableSpan, milliseconds: number): Promise<Receipt> => {
    const end = performance.now() + milliseconds
    for (;;) {
      try {
        return await group.commit(span)
      } catch (error) {
        if (performance.now() + firstPauseMilliseconds > end || !mayPass(error)) throw error
      }
      await sleep(firstPauseMilliseconds)
    }
  }

  const pay = async (): Promise<void> => {
    const due = owed
    owed = []
    const outcomes = await Promise.allSettled(
      due.map(async ({ span, resolve, reject }) => {
        try {
          resolve(await group.commit(span))
        } catch (error) {
          if (!isReplaced(error)) throw error
          reject(error)
        }
      }),
    )
    const unpaid = due.filter((_one, index) => outcomes[index]?.status === 'rejected')
    owed = [...unpaid, ...owed]
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  const settleDebt = async (): Promise<void> => {
    if (owed.length > 0)
      paying ??= pay().finally(() => {
        paying = null
      })
    // One that began before looked at what is owed now as well, or at nothing less.
    await paying
  }

  /** A program that waits for its next task writes nothing, and how its last statement ended must be known all the same. */
  const planNextTry = (): void => {
    if (timer !== undefined || isClosed) return
    timer = setTimeout(async () => {
      await settleDebt().catch(() => {})
      timer = undefined
      pause = owed.length === 0 ? firstPauseMilliseconds : Math.min(2 * pause, longestPauseMilliseconds)
      if (owed.length > 0) planNextTry()
    }, pause)
    timer.unref()
  }

  const owe = (record: Owed): void => {
    if (owed.length < maxOwed) owed.push(record)
    else isFull = true
    planNextTry()
  }

  return {
    commit: async (span, { isOwed = false, patienceMilliseconds = 0 } = {}) => {
      if (isFull) throw notDurable('queue-full', { owed: owed.length })
      let receipt: Receipt
      try {
        receipt = await commitPatiently(span, patienceMilliseconds)
      } catch (error) {
        if (isOwed && !isReplaced(error)) owe({ span, resolve: () => {}, reject: () => {} })
        throw error
      }
      // Writes keep their order, so whatever was written behind before this one has succeeded or is owed by then.
      await settleDebt()
      return receipt
    },
    commitBehind: (span) =>
      group.commit(span, { mayLinger: true }).catch((error: unknown) => {
        if (isReplaced(error)) throw error
        return new Promise<Receipt>((resolve, reject) => owe({ span, resolve, reject }))
      }),
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await settleDebt().catch((error: unknown) => {
        for (const { reject } of owed) reject(error)
      })
      await group.close()
    },
  }
}
