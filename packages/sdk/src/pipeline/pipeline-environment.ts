import type { Agent, Catalog, Lease, Principal } from '@snowfence/core'
import type { Policy } from '@snowfence/policy'
import type { SqlAnalyzer, StoredTableName } from '@snowfence/sql'
import type { InnerConnection } from '../driver/inner-connection.ts'
import type { OpenGovernance } from '../ports/governance.ts'
import type { MaskMaterial } from '../rows/compile-masker.ts'
import type { SubjectCounter } from '../rows/subject-counter.ts'
import type { OwnResults } from './own-results.ts'
import type { RequestIds } from './request-ids.ts'
import type { SessionContext } from './statement-states.ts'

/** The policy in force, read once per version. */
export interface PolicyInForce {
  readonly policy: Policy
  readonly digest: string
  readonly principal: Principal
}

/** What the stages of one connection share. */
export interface PipelineEnvironment {
  readonly ports: OpenGovernance
  readonly analyzer: SqlAnalyzer
  /** Where the warehouse answers, when it is not the account's usual address. */
  readonly server: { readonly host: string | null; readonly port: number | null }
  readonly agent: Agent
  readonly purpose: string
  readonly onApproval: 'wait' | 'throw'
  readonly approvalTimeoutMs: number | null
  /** False keeps to the driver's public API. */
  readonly fastPath: boolean
  /** What masks need beside the value, as of now. */
  maskMaterial(): MaskMaterial
  now(): Date
  policy(): Promise<PolicyInForce>
  catalogue: {
    current(): Promise<Catalog>
    /** Reads one table that the catalogue does not have. Resolves to whether it exists for the session's role. */
    lookUp(name: StoredTableName): Promise<boolean>
    /** Reads it again, unless that was just done and nothing is known to have changed. Resolves to whether it was. */
    refresh(options?: { readonly hasChanged?: boolean }): Promise<boolean>
  }
  /** What the audit store said last. */
  readonly lastReceipt: {
    /** Digest of the newest acknowledgement of this connection: the head that its next statement carries off the box. */
    digest: string | null
    /** Whether the last record was not acknowledged. Then a read is sent only when its own record is durable. */
    isFailing: boolean
  }
  readonly ownResults: OwnResults
  readonly requestIds: RequestIds
  readonly subjects: SubjectCounter
  context(): SessionContext
  /** The connection under the present lease, rebuilt when the lease was renewed. */
  inner(): Promise<InnerConnection>
  /** A second connection under an elevated lease, for one statement. */
  openElevated(lease: Lease): Promise<InnerConnection>
  /** Counts a statement against the hourly limit; false when there is none left. */
  countStatement(perHour: number | undefined): boolean
  /** Ends the connection: what is on its way fails with this reason, and nothing more runs. */
  end(reason: Error): void
}
