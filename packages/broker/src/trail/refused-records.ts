import type { CanonicalSpan } from '@snowfence/audit'
import { isSnowfenceError } from '@snowfence/core'
import type { SessionRecord } from '../sessions/session.ts'
import type { Trail } from './trail.ts'

/** Seals the fact that a session sent records which the broker refused, so that no refusal is without a trace. */
export interface RefusedRecords {
  /**
   * Resolves when the refusal is durable. An error that does not speak of the records' content is no refusal: nothing is
   * written then.
   *
   * @param spans what was sent, as far as it could be decoded.
   */
  note(session: SessionRecord, spans: readonly CanonicalSpan[], error: unknown): Promise<void>
}

/** A sender tries a refused batch again in halves: the same span is then refused several times. */
const REMEMBERED = 10_000

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null)

export const createRefusedRecords = (trail: Pick<Trail, 'transact'>): RefusedRecords => {
  const noted = new Set<string>()

  const isNoted = (id: string): boolean => {
    if (noted.has(id)) return true
    noted.add(id)
    const [oldest] = noted
    if (noted.size > REMEMBERED && oldest !== undefined) noted.delete(oldest)
    return false
  }

  return {
    async note(session, spans, error) {
      if (!isSnowfenceError(error)) return
      if (!['ERR_AUDIT_RECORD_REFUSED', 'ERR_AUDIT_REQUEST_INVALID'].includes(error.code)) return
      const { traceId, spanId } = error.details
      const span = spans.find((one) => one.traceId === traceId && one.spanId === spanId)
      if (span !== undefined && isNoted(`${session.id}/${span.traceId}/${span.spanId}`)) return
      await trail.transact(async (step) => {
        step.record({
          name: 'session.record_refused',
          sessionId: session.id,
          principal: session.principal,
          // Nothing of the refused record that could be a text: its ids neither.
          attributes: {
            'snowfence.record.refused': error.code,
            // A value that is no digest is recorded as `invalid`.
            'snowfence.statement.digest': asText(span?.attributes['snowfence.statement.digest']),
            'snowfence.purpose': session.purpose,
            'gen_ai.agent.id': session.agent.id,
          },
        })
      })
    },
  }
}
