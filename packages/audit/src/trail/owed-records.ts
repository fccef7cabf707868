import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Receipt } from '@snowfence/core'
import type { GroupCommit } from './group-commit.ts'

interface Owed {
  readonly span: ReadableSpan
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: unknown) => void
}

/** Commits in two manners: what something waits for, and what is written behind it and may not get lost. */
export interface OwedRecords {
  /**
   * Resolves when the record is durable, and with it every one that was written behind before and failed.
   *
   * @throws ERR_AUDIT_NOT_DURABLE for the record, or for one that is still owed
   */
  commit(span: ReadableSpan): Promise<Receipt>
  /**
   * Writes a record that nothing waits for. When the store does not take it, it is owed: no later `commit` resolves
   * before it is durable. Rejects only at the end of the trail.
   */
  commitBehind(span: ReadableSpan): Promise<Receipt>
  /** Tries what is owed once more, and gives it up. */
  close(): Promise<void>
}

export const createOwedRecords = (group: GroupCommit): OwedRecords => {
  let owed: Owed[] = []
  let paying: Promise<void> | null = null

  const pay = async (): Promise<void> => {
    const due = owed
    owed = []
    const outcomes = await Promise.allSettled(
      due.map(async ({ span, resolve }) => resolve(await group.commit(span))),
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

  return {
    commit: async (span) => {
      // Writes keep their order, so whatever was written behind before this one has succeeded or is owed by then.
      const receipt = await group.commit(span)
      await settleDebt()
      return receipt
    },
    commitBehind: (span) =>
      group
        .commit(span, { mayLinger: true })
        .catch(() => new Promise<Receipt>((resolve, reject) => owed.push({ span, resolve, reject }))),
    close: async () => {
      await settleDebt().catch((error: unknown) => {
        for (const { reject } of owed) reject(error)
      })
      await group.close()
    },
  }
}
