import { createApprovalRequestSchema } from '@snowfence/core'
import snowflake from 'snowflake-sdk'
import { expect, test } from 'vitest'
import { createProbeConnection } from '../driver/probe-connection.ts'
import { describeBinds, receiveFetch, receiveStatement } from './statement-options.ts'

const probe = createProbeConnection({ account: 'acme-clinic' })
// The reference: the driver itself, never connected.
const driver = snowflake.createConnection({ account: 'acme-clinic', username: 'u', password: 'p' })

const thrownBy = (run: () => unknown): unknown => {
  try {
    run()
  } catch (error) {
    const { name, code, message } = error as { name: string; code: unknown; message: string }
    return { name, code, message }
  }
  return null
}

const mistakes: [string, unknown][] = [
  ['no options', undefined],
  ['null options', null],
  ['options that are no object', 'select 1'],
  ['no text', {}],
  ['a text that is no string', { sqlText: 1 }],
  ['a complete that is no function', { sqlText: 'select 1', complete: 1 }],
  ['a streamResult that is no boolean', { sqlText: 'select 1', streamResult: 'yes' }],
  ['a fetchAsString that is no array', { sqlText: 'select 1', fetchAsString: 'Date' }],
  ['an unknown type to fetch', { sqlText: 'select 1', fetchAsString: ['Nothing'] }],
  ['a requestId that is no string', { sqlText: 'select 1', requestId: 1 }],
  ['parameters that are no object', { sqlText: 'select 1', parameters: 1 }],
  ['binds that are no array', { sqlText: 'select 1', binds: 1 }],
  ['a bind that is a function', { sqlText: 'select 1', binds: [() => {}] }],
  ['a bind that is undefined', { sqlText: 'select 1', binds: [undefined] }],
  ['a bind that is a bigint', { sqlText: 'select 1', binds: [1n] }],
  ['a rowMode that is not known', { sqlText: 'select 1', rowMode: 'columns' }],
  ['an asyncExec that is no boolean', { sqlText: 'select 1', asyncExec: 1 }],
  ['a describeOnly that is no boolean', { sqlText: 'select 1', describeOnly: 1 }],
  ['an internal that is no boolean', { sqlText: 'select 1', internal: 1 }],
]

test.each(mistakes)('%s throws what the driver throws, synchronously', (_what, options) => {
  const expected = thrownBy(() => driver.execute(options as never))
  expect(expected).not.toBeNull()
  expect(thrownBy(() => receiveStatement(probe, options))).toEqual(expected)
})

test.each([
  ['no options', undefined],
  ['no query id', {}],
  ['a query id that is no string', { queryId: 1 }],
  ['a rowMode that is not known', { queryId: 'q', rowMode: 'columns' }],
])('fetchResult with %s throws what the driver throws', (_what, options) => {
  const expected = thrownBy(() =>
    (driver as unknown as { fetchResult(o: unknown): void }).fetchResult(options),
  )
  expect(expected).not.toBeNull()
  expect(thrownBy(() => receiveFetch(probe, options))).toEqual(expected)
})

test('binds are read once: what the caller changes afterwards, or answers a second time, does not matter', () => {
  let asked = 0
  const shifty = {
    toJSON: () => {
      asked += 1
      return { answer: asked }
    },
  }
  const binds = ['first', shifty, [1, 2]]
  const { binds: received } = receiveStatement(probe, { sqlText: 'select ?, ?, ?', binds })
  binds[0] = 'changed'
  ;(binds[2] as number[]).push(3)
  const settled = JSON.stringify(received)
  expect(JSON.stringify(received)).toBe(settled)
  expect(received?.[0]).toBe('first')
  expect(received?.[2]).toEqual([1, 2])
})

test('the text is read once', () => {
  let reads = 0
  const options = {
    get sqlText() {
      reads += 1
      return reads === 1 ? 'select 1' : 'select ssn from patients'
    },
  }
  expect(receiveStatement(probe, options).sqlText).toBe('select 1')
})

test('a date is sent as the driver sends it, and typed TEXT', () => {
  const { binds } = receiveStatement(probe, {
    sqlText: 'select ?',
    binds: [new Date(0), 1, 1.5, true, null, { a: 1 }],
  })
  expect(binds?.[0]).toBe('1970-01-01T00:00:00.000Z')
  expect(describeBinds(binds)).toEqual({ bindTypes: ['TEXT', 'FIXED', 'REAL', 'BOOLEAN', 'TEXT', 'VARIANT'] })
})

test('of bulk binds the record knows the types of a row, and how many rows there are', () => {
  const { binds } = receiveStatement(probe, {
    sqlText: 'insert into t values (?, ?)',
    binds: [
      ['a', 1],
      ['b', 2],
      [null, 3],
    ],
  })
  expect(describeBinds(binds)).toEqual({ bindTypes: ['TEXT', 'FIXED'], bindRows: 3 })
  expect(describeBinds([])).toEqual({ bindTypes: [] })
})

test('a request id is made up unless the caller names one', () => {
  expect(receiveStatement(probe, { sqlText: 'select 1' })).toMatchObject({ isResubmission: false })
  expect(receiveStatement(probe, { requestId: 'abc' })).toMatchObject({
    isResubmission: true,
    requestId: 'abc',
  })
})

test('a reason is cut to what the broker takes, and never through a character', () => {
  const reasonOf = (reason: string): string | null =>
    receiveStatement(probe, { sqlText: 'select 1', reason }).reason
  const { reason: schema } = createApprovalRequestSchema.shape
  for (const reason of ['x'.repeat(3000), '😀'.repeat(1999), '😀'.repeat(3000), `x${'😀'.repeat(3000)}`]) {
    const cut = reasonOf(reason)
    expect([...(cut ?? '')]).toHaveLength(Math.min(2000, [...reason].length))
    expect(schema.safeParse(cut).success).toBe(true)
  }
})

test('identifiers in a reason are replaced before it is sent, also at the place where it is cut', () => {
  const reason = `${'the family asks '.repeat(124)}SSN 219-09-9999`
  expect(reason.indexOf('219-09-9999')).toBeGreaterThan(1980)
  const received = receiveStatement(probe, { sqlText: 'select 1', reason })
  expect(received.reason).toMatch(/SSN \[ssn\]$/)
})
