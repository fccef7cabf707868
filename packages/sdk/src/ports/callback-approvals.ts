import { randomUUID } from 'node:crypto'
import {
  type ApprovalAnswer,
  type ApprovalAsk,
  type ApprovalGate,
  type Lease,
  SnowfenceError,
} from '@snowfence/core'

/** What a person said, as a framework's own interrupt gives it back. */
export type CallbackAnswer =
  | {
      readonly approved: true
      /** Who said so. */
      readonly approver: string
      /** The elevated credential, where the statement needs another role. */
      readonly lease?: Lease | null
    }
  | { readonly approved: false; readonly comment?: string | null }

export type AskPerson = (
  ask: ApprovalAsk & { readonly id: string },
  signal: AbortSignal,
) => Promise<CallbackAnswer>

/**
 * Asks a function instead of a broker: for a framework that has its own way of interrupting for a person. Whatever
 * it throws, and whatever it answers but a clear yes, is a no.
 */
export const createCallbackApprovals = (askPerson: AskPerson): ApprovalGate => ({
  request: async (ask) => {
    const id = randomUUID()
    return {
      id,
      wait: async (signal): Promise<ApprovalAnswer> => {
        const answer = await askPerson({ ...ask, id }, signal)
        signal.throwIfAborted()
        if (answer?.approved !== true) return { state: 'rejected', id, comment: answer?.comment ?? null }
        let isClaimed = false
        return {
          state: 'approved',
          id,
          approvers: [String(answer.approver)],
          claim: async () => {
            if (isClaimed) throw new SnowfenceError('ERR_APPROVAL_STATE')
            isClaimed = true
            return { lease: answer.lease ?? null, settle: async () => {} }
          },
        }
      },
    }
  },
  resume: async () => {
    throw new SnowfenceError('ERR_APPROVAL_NOT_FOUND', {
      message: 'requests of a callback live in its own process and cannot be resumed',
    })
  },
})

/** Where nobody can be asked, whatever needs a person is rejected. */
export const nobodyToAsk: AskPerson = async () => ({ approved: false, comment: 'there is nobody to ask' })
