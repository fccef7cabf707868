import { type ErrorCode, SnowfenceError } from '@snowfence/core'
import { expect, test } from 'vitest'
import { type StatementExecution, withExecution } from './statement-execution.ts'
import { translateDriverError } from './translate-error.ts'

const told = (code: ErrorCode, execution: StatementExecution, isWrite: boolean) =>
  withExecution(translateDriverError(new SnowfenceError(code), 'trace'), {
    execution,
    queryId: null,
    traceId: 'trace',
    isWrite,
  })

test.each<ErrorCode>([
  'ERR_AUDIT_NOT_DURABLE',
  'ERR_AUDIT_STORE_CORRUPT',
  'ERR_BROKER_UNREACHABLE',
  'ERR_BROKER_DATABASE_UNREACHABLE',
  'ERR_BROKER_DISK_FULL',
  'ERR_BROKER_INTERNAL',
  'ERR_BROKER_ROW_DAMAGED',
  'ERR_CATALOGUE_UNAVAILABLE',
  'ERR_IDENTITY_ISSUER_UNREACHABLE',
])('%s is a lost connection, and a write that may have run is in doubt', (code) => {
  for (const isWrite of [true, false]) {
    const lost = { sqlState: '08006', data: { sqlState: '08006', snowfenceCode: code } }
    expect(told(code, 'not-run', isWrite)).toMatchObject(lost)
    expect(told(code, 'failed', isWrite)).toMatchObject(lost)
  }
  for (const execution of ['ran', 'unknown'] as const) {
    expect(told(code, execution, false)).toMatchObject({ sqlState: '08006' })
    expect(told(code, execution, true)).toMatchObject({
      sqlState: '08007',
      data: { sqlState: '08007' },
      retryable: false,
    })
  }
})

test.each<ErrorCode>([
  'ERR_STATEMENT_DENIED',
  'ERR_APPROVAL_REJECTED',
  'ERR_PRINCIPAL_REVOKED',
  'ERR_SESSION_REVOKED',
  'ERR_AUDIT_HISTORY_REWRITTEN',
  'ERR_RATE_LIMIT_EXCEEDED',
])('%s stays a missing privilege', (code) => {
  expect(told(code, 'not-run', false)).toMatchObject({ sqlState: '42501', data: { sqlState: '42501' } })
})
