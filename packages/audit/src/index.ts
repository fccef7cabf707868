export {
  type Checkpoint,
  cosignCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  type VerifiedCheckpoint,
  type VerifyCheckpointOptions,
  verifyCheckpoint,
} from './checkpoint/checkpoint.ts'
export {
  createNoteKey,
  ED25519_COSIGNATURE,
  ED25519_NOTE,
  formatNoteKey,
  type NoteKey,
  parseNoteKey,
} from './checkpoint/note-key.ts'
export {
  type AuditRecord,
  isSameSpan,
  type RecordSource,
  recordId,
  type SealedRecord,
  sealRecord,
} from './codec/audit-record.ts'
export type { CanonicalAttributes, CanonicalSpan, CanonicalValue } from './codec/canonical-span.ts'
export { canonicalSpans } from './codec/canonical-spans.ts'
export { decodeTraceRequest } from './codec/decode-trace-request.ts'
export { encodeTraceRequest } from './codec/encode-trace-request.ts'
export type { AttributeDefinition, AuditSpanKind, ValueForm } from './schema/attribute-definition.ts'
export {
  AUDIT_SCHEMA_VERSION,
  type AuditAttributeName,
  type AuditAttributeValues,
  auditAttributes,
  auditSpanKinds,
  MAX_LIST_ENTRIES,
} from './schema/audit-attributes.ts'
export { findSpanProblems } from './schema/find-span-problems.ts'
export { spanAttributes } from './schema/span-attributes.ts'
export { type AcknowledgedHead, type HeadFile, openHeadFile } from './sink/head-file.ts'
export { type JournalSinkOptions, openJournalSink } from './sink/journal-sink.ts'
export { type LineFile, type LineFileOptions, openLineFile } from './sink/line-file.ts'
export { createMemorySink, type MemorySink } from './sink/memory-sink.ts'
export { causeOf, type NotDurableCause, notDurable } from './sink/not-durable.ts'
export { createOtlpSink, type OtlpSinkOptions } from './sink/otlp-sink.ts'
export type { SpanSink } from './sink/span-sink.ts'
export {
  type AuditTrail,
  type AuditTrailOptions,
  createAuditTrail,
  type RecordOptions,
} from './trail/audit-trail.ts'
export { type AuditTree, createAuditTree, type TreeHead } from './tree/audit-tree.ts'
export { type FileTreeStore, openFileTreeStore } from './tree/file-tree-store.ts'
export {
  appendLeaves,
  emptyFrontier,
  type Frontier,
  frontierNodes,
  frontierRoot,
  type NodeHash,
} from './tree/frontier.ts'
export { emptyRoot, hashChildren, hashLeaf } from './tree/hash.ts'
export { createMemoryTreeStore } from './tree/memory-tree-store.ts'
export type { NodeId } from './tree/subtree.ts'
export type { TreeStore } from './tree/tree-store.ts'
export { verifyConsistency, verifyInclusion } from './tree/verify-proof.ts'
export {
  type AuditExport,
  createExportedHead,
  type ExportedHead,
  type ExportedRecord,
  formatExport,
  formatHeadLine,
  formatRecordLine,
  parseExport,
} from './verify/audit-export.ts'
export { countOpenStatements, readStep, type StatementStep } from './verify/open-statements.ts'
export { readRecordId } from './verify/record-id.ts'
export {
  describeProblem,
  type OpenStatements,
  type VerificationProblem,
  type VerificationReport,
} from './verify/verification-report.ts'
export { type Anchor, type VerifyOptions, verifyExport, verifyExportLines } from './verify/verify-export.ts'
export type { SpanFact } from './view/span-facts.ts'
export { timeSkewOf } from './view/time-skew.ts'
export { buildTraceTree, renderTraceTree, type TraceTreeLine } from './view/trace-tree.ts'
