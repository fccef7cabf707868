import { type Context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import {
  type AuditAcknowledgement,
  canonicalJson,
  type Decision,
  digestOf,
  type OutcomeRecord,
  type Receipt,
  type StatementIdentity,
  type StatementSummary,
  type StatementTrail,
} from '@snowfence/core'
import type { AuditSpanKind } from '../schema/attribute-definition.ts'
import type { AuditAttributeValues } from '../schema/audit-attributes.ts'
import { spanAttributes } from '../schema/span-attributes.ts'
import { mayBeStored } from '../sink/not-durable.ts'
import type { OwedCommitOptions, OwedRecords } from './owed-records.ts'
import {
  appliedMasks,
  decisionAttributes,
  identityAttributes,
  spanNameOf,
  stageAttributes,
  summaryAttributes,
} from './statement-attributes.ts'
import { formatTraceparent } from './traceparent.ts'

export interface StatementTrailOptions {
  readonly identity: StatementIdentity
  readonly tracer: Tracer
  readonly parent: Context
  readonly records: Pick<OwedRecords, 'commit' | 'commitBehind'>
  /** Called once, when the statement's query span was ended. */
  readonly onEnd: () => void
}

export interface OpenStatementTrail extends StatementTrail {
  /** Ends a statement that nobody finished; its outcome is `abandoned`. */
  abandon(): Promise<AuditAcknowledgement>
}

/** A person answered, perhaps after hours: a restart of the broker at that moment does not waste the answer. */
const APPROVAL_PATIENCE_MS = 30_000

/** Approval states after which the statement may still run. */
const hopeful: ReadonlySet<string> = new Set(['pending', 'approved', 'claimed', 'executed'])

/** The digest of one acknowledged record: where it stands, under which head. It goes into QUERY_TAG. */
export const acknowledge = (span: Span, receipt: Receipt): AuditAcknowledgement => {
  const { traceId, spanId } = span.spanContext()
  return { receipt, digest: digestOf(canonicalJson({ traceId, spanId, receipt })) }
}

/**
 * The records of one statement.
 *
 * The query span starts first and ends last, so that authorize and approval are its children. A statement that is
 * denied at once has one span only, and one that a person refuses ends with the approval.
 */
export const createStatementTrail = (options: StatementTrailOptions): OpenStatementTrail => {
  const { identity, tracer, parent, records, onEnd } = options
  const who = identityAttributes(identity)
  const query = tracer.startSpan(
    'statement',
    { kind: SpanKind.CLIENT, attributes: spanAttributes('query', who) },
    parent,
  )
  const inside = trace.setSpan(parent, query)
  const startedAt = (query as unknown as ReadableSpan).startTime

  let summary: StatementSummary | null = null
  let decision: Decision | null = null
  let authorized: AuditAcknowledgement | null = null
  let approval: AuditAttributeValues = {}
  let isEnded = false
  /** Whether the store may hold the statement's `authorize` record: then it must come to hold the outcome as well. */
  let mayBeKnown = false

  const write = async (
    span: Span,
    { isBehind = false, ...options }: OwedCommitOptions & { readonly isBehind?: boolean } = {},
  ): Promise<AuditAcknowledgement> => {
    span.end()
    // The SDK's span is both: the API's type hides what the exporters read.
    const ended = span as unknown as ReadableSpan
    return acknowledge(span, await (isBehind ? records.commitBehind(ended) : records.commit(ended, options)))
  }

  const child = (
    kind: AuditSpanKind,
    name: string,
    values: AuditAttributeValues,
    startTime?: ReadableSpan['startTime'],
  ) =>
    tracer.startSpan(
      name,
      {
        kind: SpanKind.INTERNAL,
        attributes: spanAttributes(kind, { ...who, ...values }),
        ...(startTime === undefined ? {} : { startTime }),
      },
      inside,
    )

  const judgement = (): AuditAttributeValues => ({
    ...(summary === null ? {} : summaryAttributes(summary, identity)),
    ...(decision === null ? {} : decisionAttributes(decision)),
    ...(summary === null || decision === null ? {} : stageAttributes(summary, decision)),
  })

  const end = (
    values: AuditAttributeValues,
    isError: boolean,
    isBehind = false,
  ): Promise<AuditAcknowledgement> => {
    const name = summary === null ? 'statement' : spanNameOf(summary)
    const all: AuditAttributeValues = {
      // The query span has carried these since it began.
      ...(isEnded ? who : {}),
      ...judgement(),
      ...approval,
      'snowfence.lease.id': identity.leaseId,
      'snowfence.receipt': authorized?.digest,
      ...values,
    }
    // A second end is a record of its own, never a silent loss.
    const span = isEnded ? tracer.startSpan(name, { kind: SpanKind.CLIENT }, inside) : query
    span.updateName(name)
    span.setAttributes(spanAttributes('query', all))
    if (isError) span.setStatus({ code: SpanStatusCode.ERROR })
    if (!isEnded) {
      isEnded = true
      onEnd()
    }
    const hasRun = typeof values['snowfence.query.id'] === 'string'
    const isOwed = mayBeKnown || hasRun
    return write(span, { isBehind: isBehind && isOwed, isOwed })
  }

  return {
    traceId: query.spanContext().traceId,
    traceparent: formatTraceparent(query.spanContext()),

    authorize: (record) => {
      summary = record.summary
      decision = record.decision
      const values = { ...judgement(), 'snowfence.lease.id': identity.leaseId }
      const name = `authorize ${spanNameOf(summary)}`
      if (decision.decision === 'deny' && !isEnded) {
        isEnded = true
        onEnd()
        query.updateName(name)
        query.setAttributes(spanAttributes('authorize', { ...who, ...values }))
        query.setStatus({ code: SpanStatusCode.ERROR })
        return write(query)
      }
      return write(child('authorize', name, values, startedAt)).then(
        (acknowledgement) => {
          authorized = acknowledgement
          mayBeKnown = true
          return acknowledgement
        },
        (error: unknown) => {
          mayBeKnown = mayBeStored(error)
          throw error
        },
      )
    },

    approval: async (record) => {
      approval = {
        'snowfence.approval.id': record.id,
        'snowfence.approval.outcome': record.state,
        'snowfence.approval.approvers': record.approvers,
      }
      const values = {
        ...approval,
        'snowfence.event': `approval.${record.state}`,
        'snowfence.approval.digest': record.digest,
        'snowfence.receipt': authorized?.digest,
      }
      const written = write(child('approval', `approval ${record.state}`, values), {
        patienceMilliseconds: APPROVAL_PATIENCE_MS,
      })
      if (hopeful.has(record.state) || isEnded) return written
      // Nothing will run any more. Both records travel together.
      const [acknowledgement] = await Promise.all([
        written,
        end({ 'snowfence.outcome': 'denied', 'db.response.returned_rows': 0 }, true),
      ])
      return acknowledgement
    },

    finish: (record) =>
      end(
        outcomeAttributes(record, identity, decision),
        record.outcome !== 'completed',
        record.isBehind === true,
      ),

    abandon: () => end({ 'snowfence.outcome': 'abandoned' }, true),
  }
}

const outcomeAttributes = (
  record: OutcomeRecord,
  identity: StatementIdentity,
  decision: Decision | null,
): AuditAttributeValues => ({
  'snowfence.outcome': record.outcome,
  'snowfence.query.id': record.queryId,
  'db.response.returned_rows': record.rows,
  'snowfence.columns.masked': appliedMasks(decision, record.columns),
  'snowfence.role.elevated': record.role === identity.role ? null : record.role,
  'snowfence.lease.id': record.leaseId ?? identity.leaseId,
  'db.response.status_code': record.error?.code,
  'error.type': record.error === null ? null : (record.error.sqlState ?? record.error.code),
  'snowfence.findings': record.findings?.map(
    ({ column, detector, count }) => `#${column + 1}:${detector}=${count}`,
  ),
  'snowfence.findings.examined': record.findings === undefined ? null : record.findings !== null,
})
