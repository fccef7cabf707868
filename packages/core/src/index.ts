export { type Catalog, type CatalogEntry, catalogEntrySchema, catalogSchema } from './catalog.ts'
export {
  type ApprovalRequirement,
  approvalRequirementSchema,
  type ColumnDecision,
  type Decision,
  type DecisionReason,
  type Limits,
  type PinnedSubject,
  type Profile,
  type Remedy,
  type SubjectColumn,
} from './decision.ts'
export { canonicalJson, type Digest, digestOf } from './digest.ts'
export { displayText, unseenCharacters } from './display-text.ts'
export { type ErrorCode, errorCatalogue } from './errors/catalogue.ts'
export type { ErrorEntry } from './errors/error-entry.ts'
export { isSnowfenceError, SnowfenceError, type SnowfenceErrorOptions } from './errors/snowfence-error.ts'
export { EQUAL_COLUMNS, FULL_JOIN, KEPT_SIDE, NULL_SIDE } from './join-marks.ts'
export { type Mask, type MaskKind, maskKinds, maskSchema } from './mask.ts'
export { maskAppliesTo, type TypeFamily, typeFamilyOf } from './mask-types.ts'
export { parseOnce } from './parse-once.ts'
export type {
  ApprovalAnswer,
  ApprovalAsk,
  ApprovalClaim,
  ApprovalGate,
  ApprovalRecord,
  ApprovalTicket,
  AuditAcknowledgement,
  AuditSink,
  AuthorizeRecord,
  CredentialSource,
  OutcomeRecord,
  PolicySource,
  StatementIdentity,
  StatementTrail,
} from './ports.ts'
export { type Agent, agentSchema, type Principal, principalSchema } from './principal.ts'
export {
  acceptsMask,
  type IdentifierKind,
  type IdentifierRule,
  identifierKinds,
  identifierRules,
  profileMet,
} from './profiles.ts'
export { type ApprovalSubject, approvalDigest } from './protocol/approval-digest.ts'
export {
  type Approval,
  type ApprovalState,
  type ApprovalStatement,
  approvalDecisionSchema,
  approvalListSchema,
  approvalSchema,
  approvalStatementSchema,
  approvalStates,
  type ClaimApprovalRequest,
  type ClaimApprovalResponse,
  type CreateApprovalRequest,
  claimApprovalRequestSchema,
  claimApprovalResponseSchema,
  createApprovalRequestSchema,
  decideApprovalRequestSchema,
  declaredMembers,
  settleApprovalRequestSchema,
} from './protocol/approvals.ts'
export { brokerErrorSchema } from './protocol/errors.ts'
export { RECEIPT_HEADER, type Receipt, receiptSchema, STATEMENTS_HEADER } from './protocol/receipt.ts'
export {
  type RestorePrincipalRequest,
  type RevokedPrincipals,
  type RevokePrincipalRequest,
  type RevokePrincipalResponse,
  restorePrincipalRequestSchema,
  restorePrincipalResponseSchema,
  revokedPrincipalsSchema,
  revokePrincipalRequestSchema,
  revokePrincipalResponseSchema,
} from './protocol/revocations.ts'
export {
  type CreateSessionRequest,
  createSessionRequestSchema,
  type DeclaredSession,
  declaredSessionSchema,
  type Lease,
  type ListedSession,
  leaseSchema,
  type PolicyPayload,
  policyPayloadSchema,
  type RenewSessionRequest,
  type RenewSessionResponse,
  renewSessionRequestSchema,
  renewSessionResponseSchema,
  revokeSessionRequestSchema,
  type Session,
  type SessionEvent,
  type SessionList,
  type SessionState,
  sessionEventSchema,
  sessionListSchema,
  sessionSchema,
  sessionStates,
  signedPolicySchema,
} from './protocol/sessions.ts'
export { rowFunctions } from './row-functions.ts'
export { isSecret, Secret } from './secret.ts'
export {
  type Aggregation,
  type AnalyzedStatement,
  type ColumnFlow,
  type ColumnName,
  type ConstantPlace,
  type Effect,
  effects,
  type Observation,
  type ObservationKind,
  type OutputColumn,
  observationKinds,
  type RefusalReason,
  type StatementFacts,
  type StatementSummary,
  type TableName,
  type TableRead,
  type TableUse,
  type TableWrite,
  type UnsupportedStatement,
  type UsePlace,
  usePlaces,
} from './statement-summary.ts'
export { cutText, exactText, isLineText, lineText, proseText } from './text.ts'
