export type { SpanSink } from '@snowfence/audit'
export {
  type Agent,
  type ApprovalAsk,
  type ApprovalGate,
  type AuditSink,
  type CredentialSource,
  type Decision,
  type ErrorCode,
  isSnowfenceError,
  type Lease,
  type PolicySource,
  type Principal,
  type Receipt,
  type Remedy,
  Secret,
  SnowfenceError,
} from '@snowfence/core'
export type { GovernedConnectionOptions, GovernedOptions } from './connection/connection-options.ts'
export { createGovernedConnection } from './connection/create-governed-connection.ts'
export type { GovernedConnection } from './connection/governed-connection.ts'
export type {
  LookUpOptions,
  StatementKey,
  StatementLookUp,
  StatementRun,
} from './connection/look-up-statement.ts'
export type { Outcome, QueryOptions, QueryResult, ResultColumnView } from './connection/promise-forms.ts'
export { configure } from './driver/configure-driver.ts'
export { type DriverShapedError, type GovernedError, isGovernedError } from './driver/driver-error.ts'
export type { DriverConfigureOptions } from './driver/snowflake-driver.ts'
export type { ClientCredentialsOptions } from './identity/client-credentials.ts'
export { identity } from './identity/identity.ts'
export type { IdentitySource } from './identity/identity-source.ts'
export { createGovernedPool } from './pool/governed-pool.ts'
export type { AskPerson, CallbackAnswer } from './ports/callback-approvals.ts'
export type { Governance, GovernanceRequest, OpenGovernance } from './ports/governance.ts'
export { createLocalGovernance, type LocalGovernanceOptions } from './ports/local-governance.ts'
export type { GovernedStatement } from './statement/governed-statement.ts'
