import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { type Attributes, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { canonicalJson, isSnowfenceError } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { createSpans } from '../test-support/sample-spans.ts'
import { createAuditTracer, parentContext } from '../trail/audit-tracer.ts'
import { decodeTraceRequest } from './decode-trace-request.ts'
import { encodeTraceRequest } from './encode-trace-request.ts'

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

const richSpan = (): ReadableSpan => {
  const attributes: Attributes = {
    text: 'a "quoted" ünïcode 😀 text',
    empty: '',
    yes: true,
    no: false,
    zero: 0,
    negative: -5,
    large: 2 ** 53 - 1,
    half: 0.5,
    list: ['a', 'b'],
    numbers: [1, 2, 3],
    constructor: 'a name that objects have',
  }
  const span = createAuditTracer({ serviceName: 'test', producer: 'sdk' }).startSpan(
    'rich',
    {
      kind: SpanKind.CLIENT,
      attributes,
      links: [
        {
          context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: TraceFlags.SAMPLED },
          attributes: { why: 'linked' },
        },
      ],
      startTime: [1_700_000_000, 123_456_789],
    },
    parentContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED }),
  )
  span.setStatus({ code: SpanStatusCode.ERROR, message: '' })
  span.end([1_700_000_001, 987_654_321])
  return span as unknown as ReadableSpan
}

const refusalOf = (bytes: Uint8Array, type: string): string => {
  try {
    decodeTraceRequest(bytes, type)
  } catch (error) {
    if (isSnowfenceError(error, 'ERR_AUDIT_REQUEST_INVALID')) return error.message
    throw error
  }
  return 'not refused'
}
const json = (value: unknown): Uint8Array =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

/** The least that is a span, in JSON. */
const span = (members: object = {}) => ({
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name: 'span',
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
  ...members,
})
const request = (...spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
const attribute = (value: unknown) => request(span({ attributes: [{ key: 'k', value }] }))

describe('a trace request', () => {
  it('has one canonical form, whether it came as protobuf or JSON', () => {
    const spans = [richSpan(), ...createSpans(3)]
    const fromProtobuf = decodeTraceRequest(ProtobufTraceSerializer.serializeRequest(spans)!, PROTOBUF)
    const fromJson = decodeTraceRequest(
      JsonTraceSerializer.serializeRequest(spans)!,
      `${JSON_TYPE}; charset=utf-8`,
    )
    expect(fromProtobuf.map(canonicalJson)).toEqual(fromJson.map(canonicalJson))
  })

  it('keeps everything that the span says, to the nanosecond', () => {
    const [decoded] = decodeTraceRequest(ProtobufTraceSerializer.serializeRequest([richSpan()])!, PROTOBUF)
    expect(decoded).toMatchObject({
      traceId: 'a'.repeat(32),
      parentSpanId: 'b'.repeat(16),
      name: 'rich',
      kind: 3,
      startTimeUnixNano: '1700000000123456789',
      endTimeUnixNano: '1700000001987654321',
      status: { code: 2, message: '' },
      links: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), attributes: { why: 'linked' } }],
      resource: { 'service.name': 'test', 'snowfence.producer': 'sdk' },
      scope: { name: '@snowfence/audit' },
    })
    expect({ ...decoded!.attributes }).toEqual({
      text: 'a "quoted" ünïcode 😀 text',
      empty: '',
      yes: true,
      no: false,
      zero: 0,
      negative: -5,
      large: 2 ** 53 - 1,
      half: { double: 0.5 },
      list: ['a', 'b'],
      numbers: [1, 2, 3],
      constructor: 'a name that objects have',
    })
  })

  it('survives being written out again, as for forwarding', () => {
    const once = decodeTraceRequest(
      ProtobufTraceSerializer.serializeRequest([richSpan(), ...createSpans(2)])!,
      PROTOBUF,
    )
    const twice = decodeTraceRequest(json(encodeTraceRequest(once)), JSON_TYPE)
    expect(twice.map(canonicalJson)).toEqual(once.map(canonicalJson))
  })

  it('tells values of different types apart', () => {
    const values = [
      '{"intValue":"5"}',
      '{"doubleValue":5}',
      '{"stringValue":"5"}',
      '{"intValue":"9223372036854775807"}',
      '{"stringValue":"9223372036854775807"}',
      '{"bytesValue":"NQ=="}',
      '{"doubleValue":"NaN"}',
      '{"doubleValue":-0}',
      '{"doubleValue":0}',
      '{"arrayValue":{"values":[]}}',
      '{"kvlistValue":{"values":[]}}',
      '{}',
    ]
    const forms = values.map((value) => {
      const body = JSON.stringify(attribute('VALUE')).replace('"VALUE"', value)
      return canonicalJson(decodeTraceRequest(json(body), JSON_TYPE)[0]!.attributes)
    })
    expect(new Set(forms).size).toBe(values.length)
  })

  it('keeps an attribute whose key is a name that objects have', () => {
    const attributes = ['__proto__', 'constructor', 'toJSON'].map((key) => ({
      key,
      value: { stringValue: key },
    }))
    const [decoded] = decodeTraceRequest(json(request(span({ attributes }))), JSON_TYPE)
    expect(canonicalJson(decoded!.attributes)).toBe(
      '{"__proto__":"__proto__","constructor":"constructor","toJSON":"toJSON"}',
    )
  })

  it('takes hexadecimal ids in either case for the same', () => {
    const [decoded] = decodeTraceRequest(json(request(span({ traceId: 'A'.repeat(32) }))), JSON_TYPE)
    expect(decoded!.traceId).toBe('a'.repeat(32))
  })

  it('may be empty', () => {
    expect(decodeTraceRequest(new Uint8Array(), PROTOBUF)).toEqual([])
    expect(decodeTraceRequest(json({}), JSON_TYPE)).toEqual([])
  })
})

describe('a JSON request is refused', () => {
  const nested = (depth: number): string =>
    JSON.stringify(attribute('VALUE')).replace(
      '"VALUE"',
      `${'{"arrayValue":{"values":['.repeat(depth)}{}${']}}'.repeat(depth)}`,
    )

  it.each([
    ['that is not JSON', '{"resourceSpans":', 'it is not JSON'],
    ['that is no object', [], 'request is not an object'],
    ['with a member that is not known', { ...request(span()), extra: 1 }, 'a member that is not known'],
    ['with a span without an id', request(span({ spanId: '' })), 'spanId is not 8 bytes'],
    ['with an id of zeros', request(span({ traceId: '0'.repeat(32) })), 'traceId is not 16 bytes'],
    ['with an id that is not hexadecimal', request(span({ traceId: 'z'.repeat(32) })), 'is not hex'],
    [
      'with a parent id of a wrong length',
      request(span({ parentSpanId: 'abcd' })),
      'parentSpanId is not 8 bytes',
    ],
    [
      'with an attribute given twice',
      request(
        span({
          attributes: [
            { key: 'k', value: { stringValue: 'a' } },
            { key: 'k', value: { stringValue: 'b' } },
          ],
        }),
      ),
      'given twice',
    ],
    [
      'with an attribute without a key',
      request(span({ attributes: [{ value: { stringValue: 'a' } }] })),
      'has no key',
    ],
    ['with two values for one attribute', attribute({ stringValue: 'a', intValue: '1' }), 'holds both'],
    ['with an integer that is none', attribute({ intValue: '1.5' }), 'not an integer'],
    ['with an integer beyond 64 bits', attribute({ intValue: '9223372036854775808' }), 'out of range'],
    ['with a time before 1970', request(span({ startTimeUnixNano: '-1' })), 'out of range'],
    ['with text that is half a character', attribute({ stringValue: '\ud800' }), 'not well-formed'],
    ['with bytes that are not base64', attribute({ bytesValue: '*' }), 'not base64'],
    ['with values nested without end', nested(2000), 'nested too deeply'],
    [
      'with more messages than any trail sends',
      { resourceSpans: Array(300_000).fill({}) },
      'too many messages',
    ],
    ['with brackets without end', '['.repeat(1_000_000), 'it is not JSON'],
    ['with the same span twice', request(span(), span({ name: 'other' })), 'the same trace and span id'],
  ])('%s', (_, body, problem) => {
    expect(refusalOf(json(body), JSON_TYPE)).toContain(problem)
  })

  it('without telling what was in it', () => {
    const message = refusalOf(json({ ...request(span()), '123-45-6789': 1 }), JSON_TYPE)
    expect(message).not.toContain('123-45-6789')
  })
})

describe('a protobuf request is refused', () => {
  const nestMessage = (depth: number): Uint8Array => {
    let value = new BinaryWriter().tag(1, WireType.LengthDelimited).string('x').finish()
    for (let level = 0; level < depth; level += 1) {
      const array = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(value).finish()
      value = new BinaryWriter().tag(5, WireType.LengthDelimited).bytes(array).finish()
    }
    return value
  }
  const wrap = (field: number, bytes: Uint8Array): Uint8Array =>
    new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(bytes).finish()
  const spanWith = (extra: Uint8Array): Uint8Array => {
    const id = Buffer.concat([wrap(1, new Uint8Array(16).fill(1)), wrap(2, new Uint8Array(8).fill(2))])
    return wrap(1, wrap(2, wrap(2, Buffer.concat([id, extra]))))
  }

  it('that ends in the middle', () => {
    const whole = ProtobufTraceSerializer.serializeRequest(createSpans(1))!
    for (let length = 1; length < whole.length; length += 1) {
      expect(refusalOf(whole.slice(0, length), PROTOBUF)).not.toBe('not refused')
    }
  })

  it('with a field that reaches out of its message into the next', () => {
    // A `resource_spans` of four bytes, in which `schema_url` says that it is five bytes long and has two of them.
    const bytes = Buffer.from('0a041a0561620a0161', 'hex')
    expect(refusalOf(bytes, PROTOBUF)).toContain('ResourceSpans does not end where it says')
  })

  it('with a message that reaches out of the one around it', () => {
    // The `resource` within says that it is longer than the `resource_spans` that holds it.
    expect(refusalOf(Buffer.from('0a020a0208000000', 'hex'), PROTOBUF)).not.toBe('not refused')
  })

  it('with a field that is not known', () => {
    expect(refusalOf(spanWith(wrap(99, new Uint8Array(1))), PROTOBUF)).toContain(
      'a field 99 that is not known',
    )
  })

  it('with a field given twice', () => {
    const name = new BinaryWriter().tag(5, WireType.LengthDelimited).string('one').finish()
    expect(refusalOf(spanWith(Buffer.concat([name, name])), PROTOBUF)).toContain('Span.name is given twice')
  })

  it('with a value of two types', () => {
    const value = new BinaryWriter()
      .tag(1, WireType.LengthDelimited)
      .string('x')
      .tag(2, WireType.Varint)
      .bool(true)
      .finish()
    const keyValue = Buffer.concat([
      new BinaryWriter().tag(1, WireType.LengthDelimited).string('k').finish(),
      wrap(2, value),
    ])
    expect(refusalOf(spanWith(wrap(9, keyValue)), PROTOBUF)).toContain('holds both')
  })

  it('with a field of a wrong wire type', () => {
    const name = new BinaryWriter().tag(5, WireType.Varint).uint32(1).finish()
    expect(refusalOf(spanWith(name), PROTOBUF)).toContain('a wrong wire type')
  })

  it('with text that is not UTF-8', () => {
    expect(refusalOf(spanWith(wrap(5, Uint8Array.of(0xff))), PROTOBUF)).toContain('not protobuf')
  })

  it('with values nested without end', () => {
    const keyValue = Buffer.concat([
      new BinaryWriter().tag(1, WireType.LengthDelimited).string('k').finish(),
      wrap(2, nestMessage(2000)),
    ])
    expect(refusalOf(spanWith(wrap(9, keyValue)), PROTOBUF)).toContain('nested too deeply')
  })

  it('with more messages than any trail sends', () => {
    // `resource_spans`, empty, over and over: two bytes each.
    expect(refusalOf(Buffer.from('0a00'.repeat(300_000), 'hex'), PROTOBUF)).toContain('too many messages')
  })

  it('of another content type', () => {
    expect(refusalOf(new Uint8Array(), 'text/plain')).toContain('content type')
  })
})
