import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { AuditAcknowledgement, AuditSink } from '@snowfence/core'
import type { AuditSpanKind } from '../schema/attribute-definition.ts'
import type { AuditAttributeValues } from '../schema/audit-attributes.ts'
import { spanAttributes } from '../schema/span-attributes.ts'
import type { SpanSink } from '../sink/span-sink.ts'
import { createAuditTracer, parentContext } from './audit-tracer.ts'
import { createGroupCommit } from './group-commit.ts'
import { withMinimalRecords } from './minimal-records.ts'
import { createOwedRecords } from './owed-records.ts'
import { acknowledge, createStatementTrail, type OpenStatementTrail } from './statement-trail.ts'
import { parseTraceparent } from './traceparent.ts'

export interface AuditTrailOptions {
  readonly sink: SpanSink
  /** `service.name` of the spans. */
  readonly serviceName: string
  readonly producer?: 'sdk' | 'broker'
  /** Records that may wait for the store at once; one more is refused. 4,096 by default. */
  readonly maxQueue?: number
  /** Records in one request. 256 by default. */
  readonly maxBatch?: number
  /** How long the store may take to acknowledge. 10 seconds by default. */
  readonly timeoutMilliseconds?: number
  /** How long a record that nothing waits for waits for another one to share its request. 5 by default. */
  readonly lingerMilliseconds?: number
}

export interface RecordOptions {
  /** W3C `traceparent` of the span that the record belongs to; the active span when absent. */
  readonly traceparent?: string
  readonly signal?: AbortSignal
  readonly isError?: boolean
}

/** Makes audit spans and has them stored: core's `AuditSink` for statements, and single records for everything else. */
export interface AuditTrail extends AuditSink {
  /**
   * Records one moment: a session that started, a lease that was issued, an approval that was decided.
   *
   * @param event dotted, past tense: `lease.issued`.
   * @throws ERR_AUDIT_NOT_DURABLE, ERR_AUDIT_RECORD_REFUSED
   */
  record(
    kind: Exclude<AuditSpanKind, 'authorize' | 'query'>,
    event: string,
    values: AuditAttributeValues,
    options?: RecordOptions,
  ): Promise<AuditAcknowledgement>
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

export const createAuditTrail = (options: AuditTrailOptions): AuditTrail => {
  const { sink, serviceName, producer = 'sdk' } = options
  const { maxQueue = 4096, maxBatch = 256, timeoutMilliseconds = 10_000, lingerMilliseconds = 5 } = options
  const tracer = createAuditTracer({ serviceName, producer })
  const group = withMinimalRecords(
    createGroupCommit({ sink, maxQueue, maxBatch, timeoutMilliseconds, lingerMilliseconds }),
    tracer,
  )
  const records = createOwedRecords(group, {
    maxOwed: maxQueue,
    firstPauseMilliseconds: FIRST_PAUSE_MS,
    longestPauseMilliseconds: LONGEST_PAUSE_MS,
  })
  const open = new Set<OpenStatementTrail>()

  return {
    begin: (identity) => {
      const trail = createStatementTrail({
        identity,
        tracer,
        parent: parentContext(),
        records,
        onEnd: () => open.delete(trail),
      })
      open.add(trail)
      return trail
    },

    record: async (kind, event, values, { traceparent, signal, isError = false } = {}) => {
      const parent =
        traceparent === undefined ? parentContext() : parentContext(parseTraceparent(traceparent))
      const attributes = spanAttributes(kind, { ...values, 'snowfence.event': event })
      const span = tracer.startSpan(event, { kind: SpanKind.INTERNAL, attributes }, parent)
      if (isError) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
      // The SDK's span is both: the API's type hides what the exporters read.
      return acknowledge(
        span,
        await group.commit(span as unknown as ReadableSpan, signal === undefined ? {} : { signal }),
      )
    },

    close: async () => {
      // A store that is gone must not keep a connection from closing; what was never acknowledged was never released.
      await Promise.allSettled([...open].map((trail) => trail.abandon()))
      await records.close()
    },
  }
}
