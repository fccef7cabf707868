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
      /** Who said so; a list where the policy asks for several people. */
      readonly approver: string | readonly string[]
      /** The elevated credential, where the statement needs another role. */
      readonly lease?: Lease | null
    }
  | { readonly approved: false; readonly comment?: string | null }

export type AskPerson = (
  ask: ApprovalAsk & { readonly id: string },
  signal: AbortSignal,
) => Promise<CallbackAnswer>

/** In milliseconds: the longest time that Node's timers take. */
const MAX_TIMER = 2 ** 31 - 1

const reject = (id: string, comment: string | null): ApprovalAnswer => ({ state: 'rejected', id, comment })

/** Waits for the answer until the policy's deadline; null when it has passed. */
const askUntilDeadline = async (
  askPerson: AskPerson,
  ask: ApprovalAsk & { readonly id: string },
  signal: AbortSignal,
): Promise<CallbackAnswer | null> => {
  const deadline = AbortSignal.timeout(Math.min(ask.requirement.deadlineSeconds * 1000, MAX_TIMER))
  const passed = new Promise<null>((resolve) => deadline.addEventListener('abort', () => resolve(null)))
  return await Promise.race([askPerson(ask, AbortSignal.any([signal, deadline])), passed])
}

/**
 * Asks a function instead of a broker: for a framework that has its own way of interrupting for a person. Whatever
 * it throws, and whatever it answers but a clear yes, is a no. So are fewer people than the policy's quorum, another
 * role than the policy's, and an answer after the deadline. Whether a person is of an approver group is the function's to know.
 */
export const createCallbackApprovals = (askPerson: AskPerson): ApprovalGate => ({
  request: async (ask) => {
    const id = randomUUID()
    return {
      id,
      wait: async (signal): Promise<ApprovalAnswer> => {
        const { quorum, role } = ask.requirement
        const answer = await askUntilDeadline(askPerson, { ...ask, id }, signal)
        signal.throwIfAborted()
        if (answer === null) return { state: 'expired', id, comment: null }
        if (answer?.approved !== true) return reject(id, answer?.comment ?? null)
        const approvers = [...new Set([answer.approver].flat().map(String))]
        if (approvers.length < quorum)
          return reject(id, `the policy asks for ${quorum} people, and ${approvers.length} approved`)
        if (role !== null && answer.lease?.role !== role)
          return reject(id, `the policy asks for the role \`${role}\`, and the answer has no lease of it`)
        let isClaimed = false
        return {
          state: 'approved',
          id,
          approvers,
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
