import type { Agent, Lease, Principal } from '@snowfence/core'
import type { Policy } from '@snowfence/policy'
import type { CatalogueByName, SqlAnalyzer } from '@snowfence/sql'
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
  readonly catalogue: CatalogueByName & {
    /** Forgets what was read, unless that was just done and nothing is known to have changed. Gives whether it did. */
    refresh(options?: { readonly hasChanged?: boolean }): boolean
    /** Keeps what is read from now on to this session: a statement that is about to run can make a temporary table. */
    keepToSession(): void
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
  /** The caller's tag for statements that bring none: what ALTER SESSION set, or the connection's option. */
  queryTag(): string | null
  /** What the options of the connection ask for. */
  readonly asked: { readonly database: string | null; readonly schema: string | null }
  /** The connection under the present lease, rebuilt when the lease was renewed. */
  inner(): Promise<InnerConnection>
  /** A second connection under an elevated lease, for one statement. */
  openElevated(lease: Lease): Promise<InnerConnection>
  /** Counts a statement against the hourly limit; false when there is none left. */
  countStatement(perHour: number | undefined): boolean
  /** Ends the connection: what is on its way fails with this reason, and nothing more runs. */
  end(reason: Error): void
}
