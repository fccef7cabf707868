import type { Agent, Principal } from '@snowfence/core'

/** One live session of one agent, as stored. */
export interface SessionRecord {
  readonly id: string
  readonly principal: Principal
  readonly purpose: string
  readonly agent: Agent
  readonly snowflakeUser: string
  readonly role: string
  readonly warehouse: string | null
  readonly createdAt: Date
  readonly expiresAt: Date
}
