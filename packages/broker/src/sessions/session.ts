import type { Agent, Principal } from '@snowfence/core'
import type { PersonIdentity } from '@snowfence/policy'

/** One live session of one agent, as stored. */
export interface SessionRecord {
  readonly id: string
  readonly principal: Principal
  /** Everybody whom its identity token speaks of: its subject first, then its actors. */
  readonly people: readonly PersonIdentity[]
  /** The groups before the last renewal that changed them: records that were made under them may still arrive. */
  readonly formerGroups: readonly string[] | null
  readonly purpose: string
  readonly agent: Agent
  readonly snowflakeUser: string
  readonly role: string
  readonly warehouse: string | null
  readonly createdAt: Date
  /** Never later than the end of the identity token that was presented last. */
  readonly expiresAt: Date
  /** True for a session that was revoked a moment ago: it may still say how its statements ended, and nothing else. */
  readonly isRevoked?: true
}
