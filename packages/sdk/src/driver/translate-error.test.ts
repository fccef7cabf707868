import { inspect } from 'node:util'
import { SnowfenceError } from '@snowfence/core'
import { expect, test } from 'vitest'
import { translateDriverError } from './translate-error.ts'

const driverError = (members: Record<string, unknown>): Error =>
  Object.assign(new Error(String(members.message)), members)

test('a text of the warehouse that quotes a value is replaced, code and SQLSTATE stay', () => {
  const shown = translateDriverError(
    driverError({
      name: 'OperationFailedError',
      code: '100038',
      sqlState: '22018',
      message: "Numeric value '123-45-6789' is not recognized",
      data: {
        queryId: 'q-1',
        errorCode: '100038',
        rows: ['123-45-6789'],
        type: 'USER_ERROR',
        line: 1,
        pos: 7,
      },
    }),
    'trace',
  )
  expect(shown).toMatchObject({
    name: 'OperationFailedError',
    code: '100038',
    sqlState: '22018',
    traceId: 'trace',
    data: { queryId: 'q-1', type: 'USER_ERROR', line: 1, pos: 7 },
  })
  expect(inspect(shown, { depth: 10 })).not.toContain('123-45-6789')
})

test('a text about names stays, without its literals', () => {
  const shown = translateDriverError(
    driverError({
      name: 'OperationFailedError',
      code: '000904',
      sqlState: '42000',
      message: "SQL compilation error: invalid identifier 'SECRET-LITERAL' in PATIENTS",
    }),
    'trace',
  )
  expect(shown.message).toContain('invalid identifier')
  expect(shown.message).not.toContain('SECRET-LITERAL')
})

test('request headers, responses and causes of the driver are not taken over', () => {
  const shown = translateDriverError(
    driverError({
      name: 'NetworkError',
      code: 401001,
      message: 'Network error. Could not reach Snowflake.',
      cause: { config: { headers: { Authorization: 'Snowflake Token="secret-token"' } } },
      response: { body: 'secret-token' },
      responseBody: 'secret-token',
    }),
    'trace',
  )
  expect(shown).toMatchObject({ name: 'NetworkError', code: 401001 })
  expect(inspect(shown, { depth: 10, showHidden: true })).not.toContain('secret-token')
})

test('the fatal client error keeps what a program looks at', () => {
  expect(
    translateDriverError(
      driverError({
        name: 'ClientError',
        code: 407002,
        sqlState: '08003',
        isFatal: true,
        message: 'terminated',
      }),
      'trace',
    ),
  ).toMatchObject({ code: 407002, sqlState: '08003', isFatal: true })
})

test('an error of Snowfence takes the shape of the driver, with a SQLSTATE', () => {
  expect(translateDriverError(new SnowfenceError('ERR_AUDIT_NOT_DURABLE'), 'trace')).toMatchObject({
    name: 'OperationFailedError',
    sqlState: '08006',
    snowfenceCode: 'ERR_AUDIT_NOT_DURABLE',
    retryable: true,
  })
})

test('what is not an error at all still becomes one with a SQLSTATE', () => {
  expect(translateDriverError(undefined, 'trace')).toMatchObject({ sqlState: '58000' })
})

test('an error of nobody known is named, and what it says is withheld', () => {
  const shown = translateDriverError(new RangeError('123-45-6789 is out of range'), 'trace')
  expect(shown).toMatchObject({ snowfenceCode: 'ERR_GOVERNANCE_FAILED', sqlState: '58000' })
  expect(inspect(shown, { depth: 10 })).toContain('RangeError')
  expect(inspect(shown, { depth: 10 })).not.toContain('123-45-6789')
})

test('a type that is no word of the warehouse is left out', () => {
  const error = Object.assign(new Error('x'), {
    name: 'OperationFailedError',
    code: '100038',
    sqlState: '22018',
    data: { type: '123-45-6789', line: '7', pos: 1.5 },
  })
  expect(JSON.stringify(translateDriverError(error, null))).not.toMatch(/123-45|"line"|"pos"/)
})
