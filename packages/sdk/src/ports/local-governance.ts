import { randomBytes } from 'node:crypto'
import { createAuditTrail, openJournalSink, type SpanSink } from '@snowfence/audit'
import {
  type AuditSink,
  isSnowfenceError,
  type Lease,
  type Principal,
  parseOnce,
  principalSchema,
  SnowfenceError,
} from '@snowfence/core'
import { type AskPerson, createCallbackApprovals, nobodyToAsk } from './callback-approvals.ts'
import type { Governance, GovernanceRequest } from './governance.ts'
import { HeldLease } from './lease-life.ts'
import { createLocalPolicy } from './local-policy.ts'

export interface LocalGovernanceOptions {
  /** Path of a policy document. */
  readonly policyFile: string
  /** Who the statements run for. Without a broker nobody has verified it: the policy decides for what it is told. */
  readonly principal: {
    readonly issuer: string
    readonly subject: string
    readonly groups: readonly string[]
  }
  /** Gives a Snowflake credential for the connection; asked again before the last one ends. */
  readonly lease: (request: GovernanceRequest, signal?: AbortSignal) => Promise<Lease>
  /** Path of the journal, or a sink of your own. */
  readonly journal: string | SpanSink
  /** Asks a person. Without it, a policy that can ask for an approval is refused. */
  readonly approvals?: AskPerson
  /** 32 bytes; random when absent, so that tokens of scope `policy` are equal within this process only. */
  readonly policyTokenKey?: Uint8Array
}

const askForLease = async (
  { lease }: LocalGovernanceOptions,
  request: GovernanceRequest,
  signal: AbortSignal | undefined,
): Promise<HeldLease> => {
  try {
    return new HeldLease(await lease(request, signal), Date.now())
  } catch (cause) {
    if (isSnowfenceError(cause)) throw cause
    throw new SnowfenceError('ERR_LEASE_EXPIRED', {
      message: 'the function that provides the lease failed',
      hint: 'look at the `lease` function of the local governance',
      cause,
    })
  }
}

/** One journal for all connections of a governance: a journal's file has one writer. */
class SharedTrail {
  readonly #journal: string | SpanSink
  #users = 0
  #trail: Promise<AuditSink> | null = null

  constructor(journal: string | SpanSink) {
    this.#journal = journal
  }

  async open(): Promise<AuditSink> {
    this.#users += 1
    this.#trail ??= this.#create()
    try {
      return await this.#trail
    } catch (error) {
      this.#users -= 1
      this.#trail = null
      throw error
    }
  }

  async release(): Promise<void> {
    this.#users -= 1
    if (this.#users > 0) return
    const trail = await this.#trail
    this.#trail = null
    await trail?.close()
  }

  async #create(): Promise<AuditSink> {
    const sink =
      typeof this.#journal === 'string' ? await openJournalSink({ file: this.#journal }) : this.#journal
    return createAuditTrail({ sink, serviceName: 'snowfence' })
  }
}

/** Fills the four ports without a broker: a policy file, a lease function, an approvals callback, a journal. */
export const createLocalGovernance = (options: LocalGovernanceOptions): Governance => {
  const principal: Principal = principalSchema.parse({ claims: {}, ...options.principal }, parseOnce)
  const policy = createLocalPolicy(options.policyFile, principal)
  const policyTokenKey = options.policyTokenKey ?? randomBytes(32)
  const canAsk = options.approvals !== undefined
  // The function is told of break-glass: it answers at once, and its framework sees to the review.
  const setup = { approvals: canAsk, breakGlass: canAsk, elevatedRoles: null }
  const shared = new SharedTrail(options.journal)
  return {
    open: async (request) => {
      const audit = await shared.open()
      let held: Promise<HeldLease> | null = null
      return {
        sessionId: null,
        policy,
        audit,
        policyTokenKey,
        setup,
        approvals: createCallbackApprovals(options.approvals ?? nobodyToAsk),
        credentials: {
          lease: async (signal) => {
            const known = await held?.catch(() => null)
            if (known?.isFresh(Date.now())) return known.lease
            held = askForLease(options, request, signal)
            return (await held).lease
          },
        },
        onRevoked: () => {},
        close: async () => await shared.release(),
      }
    },
  }
}
