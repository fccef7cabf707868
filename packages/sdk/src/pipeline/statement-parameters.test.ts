import { expect, test } from 'vitest'
import { buildQueryTag } from './query-tag.ts'
import { callerQueryTag, refuseParameters, sendableParameters } from './statement-parameters.ts'

test.each(['QUOTED_IDENTIFIERS_IGNORE_CASE', 'SEARCH_PATH', 'NO_SUCH_THING'])(
  '%s is refused, because it could change what the text means or how much runs',
  (name) => {
    expect(refuseParameters({ [name]: 1 })?.code).toBe('statement-parameter')
  },
)

test.each([
  { QUOTED_IDENTIFIERS_IGNORE_CASE: false },
  { quoted_identifiers_ignore_case: 'FALSE' },
  { MULTI_STATEMENT_COUNT: 1 },
  { AUTOCOMMIT: true },
  { WEEK_START: 7, week_of_year_policy: 1 },
])('%j is sent, as ALTER SESSION may set it', (parameters) => {
  expect(refuseParameters(parameters)).toBeNull()
})

test.each([{ MULTI_STATEMENT_COUNT: 0 }, { MULTI_STATEMENT_COUNT: 1, multi_statement_count: 0 }])(
  '%j is refused for what is sent as one statement',
  (parameters) => {
    expect(refuseParameters(parameters)?.code).toBe('statement-parameter')
  },
)

test('one statement is sent as one, in whatever case its count was written', () => {
  expect(sendableParameters({ multi_statement_count: 1 }, 'governed')).toEqual({
    QUERY_TAG: 'governed',
    MULTI_STATEMENT_COUNT: 1,
  })
})

test('a refusal names the value that passes', () => {
  expect(refuseParameters({ QUOTED_IDENTIFIERS_IGNORE_CASE: true })?.hint).toContain('to FALSE')
})

test('parameters that only change the form of a result are sent', () => {
  expect(refuseParameters({ TIMEZONE: 'UTC', statement_timeout_in_seconds: 60 })).toBeNull()
})

test.each([1, '59', -1, 'x', 60.5])('a statement is not given up after %s seconds', (seconds) => {
  expect(refuseParameters({ statement_timeout_in_seconds: seconds })).toMatchObject({
    code: 'statement-parameter',
    hint: expect.stringContaining('60 seconds'),
  })
})

test('a value that is not a scalar is refused', () => {
  expect(refuseParameters({ TIMEZONE: { toString: () => 'UTC' } })?.code).toBe('statement-parameter')
})

test.each([
  'AUTO',
  'YYYY-MM-DD',
  'DD/MM/YYYY',
  'DD-MON-YYYY',
  'YYYY-MM-DD HH24:MI:SS.FF3 TZH:TZM',
  'YYYYMMDD',
])('dates may be written as %s', (format) => {
  expect(refuseParameters({ DATE_OUTPUT_FORMAT: format, timestamp_ntz_output_format: format })).toBeNull()
})

test.each([
  'MMDD',
  '"20"MM-01-DD',
  '20MM-01-DD',
  'DDMM-MM-DD',
  'HH24MI-MM-DD YYYY',
  'MM-DD',
  'YYYY-MM-DD "x"',
  '',
])('dates may not be written as %s, where another part could stand in the place of the year', (format) => {
  expect(refuseParameters({ DATE_OUTPUT_FORMAT: format })?.code).toBe('statement-parameter')
  expect(refuseParameters({ timestamp_ltz_output_format: format })?.code).toBe('statement-parameter')
})

test('the tag of the caller becomes part of the governed tag, in whatever case it was written', () => {
  const parameters = { query_tag: 'nightly', TIMEZONE: 'UTC' }
  expect(refuseParameters(parameters)).toBeNull()
  expect(sendableParameters(parameters, 'governed')).toEqual({
    TIMEZONE: 'UTC',
    QUERY_TAG: 'governed',
    MULTI_STATEMENT_COUNT: 1,
  })
  expect(callerQueryTag(parameters)).toBe('nightly')
})

test('a governed tag names receipt, session, agent and trace, and fits into 2,000 characters', () => {
  const tag = buildQueryTag({
    receipt: { receipt: null, digest: 'sha256:1' },
    lastReceipt: 'sha256:0',
    sessionId: 'session',
    agentId: '"'.repeat(200),
    traceId: 'trace',
    traceparent: '00-trace-span-01',
    callerTag: 'x'.repeat(5_000),
  })
  expect(tag.length).toBeLessThanOrEqual(2_000)
  expect(JSON.parse(tag)).toMatchObject({
    snowfence: 1,
    receipt: 'sha256:1',
    session: 'session',
    trace: 'trace',
    span: 'span',
  })
})

test('the tag of a read that is sent while its record is written carries the receipt before it', () => {
  const tag = buildQueryTag({
    receipt: null,
    lastReceipt: 'sha256:0',
    sessionId: null,
    agentId: 'agent',
    traceId: 'trace',
    traceparent: undefined,
    callerTag: undefined,
  })
  expect(JSON.parse(tag)).toEqual({
    snowfence: 1,
    after: 'sha256:0',
    session: null,
    agent: 'agent',
    trace: 'trace',
  })
})
