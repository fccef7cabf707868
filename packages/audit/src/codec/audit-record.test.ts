import { digestOf } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { hashLeaf } from '../tree/hash.ts'
import { isSameSpan, type RecordSource, sealRecord } from './audit-record.ts'
import { decodeTraceRequest } from './decode-trace-request.ts'

const frozen = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'agent' } }] },
      scopeSpans: [
        {
          scope: { name: 'scope', version: '1' },
          spans: [
            {
              traceId: '0102030405060708090a0b0c0d0e0f10',
              spanId: '0102030405060708',
              name: 'SELECT PATIENTS',
              kind: 3,
              startTimeUnixNano: '1700000000123456789',
              endTimeUnixNano: '1700000001000000000',
              attributes: [
                { key: 'z', value: { intValue: '1' } },
                { key: 'a', value: { doubleValue: 0.5 } },
              ],
            },
          ],
        },
      ],
    },
  ],
}
const source: RecordSource = {
  producer: 'sdk',
  sessionId: 'session-1',
  principal: { issuer: 'https://issuer.example', subject: 'agent-1' },
  receivedAt: '2026-01-02T03:04:05.678Z',
}
const decode = (value: object) =>
  decodeTraceRequest(Buffer.from(JSON.stringify(value)), 'application/json')[0]!

describe('version 1 of a record', () => {
  it('is frozen: this span has these bytes for ever', () => {
    const { text, leafHash, id } = sealRecord(decode(frozen), source)
    expect(text).toBe(
      '{"source":{"principal":{"issuer":"https://issuer.example","subject":"agent-1"},"producer":"sdk","receivedAt":"2026-01-02T03:04:05.678Z","sessionId":"session-1"},"span":{"attributes":{"a":{"double":0.5},"z":1},"dropped":{"attributes":0,"events":0,"links":0},"endTimeUnixNano":"1700000001000000000","events":[],"flags":0,"kind":3,"links":[],"name":"SELECT PATIENTS","parentSpanId":null,"resource":{"service.name":"agent"},"scope":{"attributes":{},"name":"scope","version":"1"},"spanId":"0102030405060708","startTimeUnixNano":"1700000000123456789","status":{"code":0,"message":""},"traceId":"0102030405060708090a0b0c0d0e0f10","traceState":""},"version":1}',
    )
    expect(leafHash).toEqual(hashLeaf(text))
    expect(id).toBe('session-1/0102030405060708090a0b0c0d0e0f10/0102030405060708')
  })

  it('holds the sealer’s word for who sent it beside the span, so a span cannot claim it', () => {
    const { record } = sealRecord(decode(frozen), source)
    expect(record.source).toEqual(source)
    expect(digestOf(sealRecord(decode(frozen), { ...source, sessionId: 'session-2' }).text)).not.toBe(
      digestOf(sealRecord(decode(frozen), source).text),
    )
  })
})

describe('a span that comes twice', () => {
  it('is the same when it says the same, and a forgery under the same id otherwise', () => {
    const changed = structuredClone(frozen)
    changed.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.name = 'SELECT PROVIDERS'
    expect(isSameSpan(decode(frozen), decode(frozen))).toBe(true)
    expect(isSameSpan(decode(frozen), decode(changed))).toBe(false)
  })
})
