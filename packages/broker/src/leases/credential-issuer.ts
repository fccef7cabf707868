import type { Lease } from '@snowfence/core'

/** What a credential is to allow. */
interface LeaseGrant {
  readonly user: string
  readonly role: string
  readonly warehouse: string | null
  readonly lifeSeconds: number
}

/** Makes Snowflake credentials that live minutes. Each kind of credential is an adapter of this port. */
export interface CredentialIssuer {
  issue(grant: LeaseGrant): Promise<Lease>
}
