import {
  canonicalSpans,
  createAuditTrail,
  decodeTraceRequest,
  encodeTraceRequest,
  findSpanProblems,
  type SpanSink,
} from '@snowfence/audit'
import { canonicalJson } from '@snowfence/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'

type Spans = Parameters<SpanSink['write']>[0]

/** The span of one record, caught on its way to a sink. */
const recordSpan = async (values: Parameters<ReturnType<typeof createAuditTrail>['record']>[2]) => {
  const spans: Spans[number][] = []
  const catching: SpanSink = {
    write: async (written) => {
      spans.push(...written)
      return { firstLeaf: 0, leaves: 1, treeSize: 1, rootHash: '' }
    },
    close: async () => {},
  }
  await createAuditTrail({ sink: catching, serviceName: 'test' }).record('session', 'session.started', values)
  return spans
}

// Any UTF-16 at all: halves of characters, control characters, right-to-left marks.
const text = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
  maxLength: 700,
})
const values = fc.record({
  'user.id': text,
  'snowfence.session.id': text,
  'snowfence.agent.task': text,
  'snowfence.account': text,
  'snowfence.principal.groups': fc.array(text, { maxLength: 40 }),
})

it('whatever is recorded has the form of the schema, and one canonical form on every way', async () => {
  await fc.assert(
    fc.asyncProperty(values, async (given) => {
      const spans = canonicalSpans(await recordSpan(given))
      expect(spans.flatMap(findSpanProblems)).toEqual([])
      const forwarded = decodeTraceRequest(Buffer.from(encodeTraceRequest(spans)), 'application/json')
      expect(forwarded.map(canonicalJson)).toEqual(spans.map(canonicalJson))
    }),
    { numRuns: 200 },
  )
})

it('no request makes the decoder fail in any other way than by refusing it', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom('application/x-protobuf', 'application/json'),
      (bytes, type) => {
        try {
          decodeTraceRequest(bytes, type)
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_AUDIT_REQUEST_INVALID' })
        }
      },
    ),
    { numRuns: 2000 },
  )
})
