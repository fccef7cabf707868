import { inspect } from 'node:util'
import { SnowfenceError } from '@snowfence/core'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { asUnreachable } from './unreachable.ts'

const withCode = (code: string) => Object.assign(new Error('from the driver'), { code })

describe('an error of the PostgreSQL driver', () => {
  it.each([
    ...['08006', '28P01', '28000', '3D000', '53300', '57014', '57P01', '57P02', '57P03', '58030'],
    ...['25P03', '25006', '55P03', '40001', '40P01'],
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT'],
  ])('with the code %s means that the database cannot serve now', (code) => {
    expect(asUnreachable(withCode(code))).toMatchObject({ code: 'ERR_BROKER_DATABASE_UNREACHABLE' })
  })

  it('with the code 53100 means that its disk is full', () => {
    expect(asUnreachable(withCode('53100'))).toMatchObject({ code: 'ERR_BROKER_DISK_FULL' })
  })

  it.each(['23505', '22P05', '42P01', '42501', 'XX000'])(
    'with the code %s is about the statement',
    (code) => {
      const error = withCode(code)
      expect(asUnreachable(error)).toBe(error)
    },
  )

  it('without a code is about the connection', () => {
    for (const error of [new Error('Connection terminated unexpectedly'), 'a text', undefined]) {
      expect(asUnreachable(error)).toMatchObject({ code: 'ERR_BROKER_DATABASE_UNREACHABLE' })
    }
  })

  it('of our own stays as it is', () => {
    const error = new SnowfenceError('ERR_APPROVAL_STATE')
    expect(asUnreachable(error)).toBe(error)
  })

  it('is passed on without the client, which holds the password', () => {
    const client = new pg.Client('postgres://broker:a-password@127.0.0.1/none')
    const error = asUnreachable(Object.assign(withCode('57P01'), { client }))
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('a-password')
    expect(error).toMatchObject({ cause: { code: '57P01', message: 'from the driver' } })
  })
})
