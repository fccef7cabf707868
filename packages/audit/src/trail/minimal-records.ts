import { ROOT_CONTEXT, type Tracer, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { SnowfenceError } from '@snowfence/core'
import type { AuditSpanKind } from '../schema/attribute-definition.ts'
import type { AuditAttributeName, AuditAttributeValues } from '../schema/audit-attributes.ts'
import { spanAttributes } from '../schema/span-attributes.ts'
import { causeOf } from '../sink/not-durable.ts'
import type { GroupCommit } from './group-commit.ts'

/**
 * What a minimal record keeps of the refused one: digests, numbers and words of closed lists, which have no length that
 * a statement could choose. The store itself adds who sent the record and when, from the session's verified token.
 */
const kept = [
  'snowfence.session.id',
  'snowfence.lease.id',
  'snowfence.request.id',
  'snowfence.statement.kind',
  'snowfence.statement.digest',
  'snowfence.statement.fingerprint',
  'snowfence.decision',
  'snowfence.decision.reasons',
  'snowfence.policy.version',
  'snowfence.policy.digest',
  'snowfence.approval.id',
  'snowfence.approval.outcome',
  'snowfence.receipt',
  'snowfence.query.id',
  'snowfence.outcome',
  'db.response.returned_rows',
  'error.type',
] as const satisfies readonly AuditAttributeName[]

const RECORD_REFUSED = 'record-refused'

const valuesOf = ({ attributes }: ReadableSpan, refusal: SnowfenceError): AuditAttributeValues => {
  const values: AuditAttributeValues = {
    ...Object.fromEntries(kept.flatMap((name) => (name in attributes ? [[name, attributes[name]]] : []))),
    'snowfence.record.refused': String(refusal.details.code ?? RECORD_REFUSED),
  }
  if (attributes['snowfence.span'] !== 'authorize') return values
  return {
    ...values,
    'snowfence.decision': 'deny',
    'snowfence.decision.judged': values['snowfence.decision'],
    'snowfence.decision.reasons': [RECORD_REFUSED, ...(values['snowfence.decision.reasons'] ?? [])],
  }
}

/** The record that replaces a refused one: its child in the trace, so that the refused record's span id is known. */
const createMinimalSpan = (tracer: Tracer, refused: ReadableSpan, refusal: SnowfenceError): ReadableSpan => {
  const span = tracer.startSpan(
    'record refused',
    {
      attributes: spanAttributes(
        refused.attributes['snowfence.span'] as AuditSpanKind,
        valuesOf(refused, refusal),
      ),
      startTime: refused.startTime,
    },
    trace.setSpanContext(ROOT_CONTEXT, refused.spanContext()),
  )
  span.end()
  // The SDK's span is both: the API's type hides what the exporters read.
  return span as unknown as ReadableSpan
}

/**
 * A group commit that never leaves a refused record without a trace: when the store refuses a record for its content,
 * a minimal record of the same fact is made durable in its place.
 *
 * Its `commit` rejects with ERR_AUDIT_RECORD_REFUSED when the minimal record is durable, and with
 * ERR_AUDIT_NOT_DURABLE when it is not.
 */
export const withMinimalRecords = (group: GroupCommit, tracer: Tracer): GroupCommit => ({
  commit: async (span, options) => {
    try {
      return await group.commit(span, options)
    } catch (error) {
      if (causeOf(error) !== 'refused') throw error
      const refusal = error as SnowfenceError
      await group.commit(createMinimalSpan(tracer, span, refusal))
      const { code, reason = code } = refusal.details
      throw new SnowfenceError('ERR_AUDIT_RECORD_REFUSED', {
        message: `the audit store refused the record of this statement, and keeps a minimal one: ${String(reason)}`,
        cause: refusal,
      })
    }
  },
  close: () => group.close(),
})
