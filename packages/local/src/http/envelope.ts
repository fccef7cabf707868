import { SnowflakeError } from '../snowflake-error.ts'

/** Every answer of Snowflake's protocol has this form, and HTTP status 200. */
export interface Envelope {
  readonly data: unknown
  readonly code: string | null
  readonly message: string | null
  readonly success: boolean
}

export const success = (data: unknown): Envelope => ({ data, code: null, message: null, success: true })

/** A failure always carries the SQLSTATE: without one a driver sends its statement a second time. */
export const failure = (error: SnowflakeError, queryId?: string): Envelope => ({
  data: {
    internalError: false,
    unredactedFromSecureObject: false,
    errorCode: error.code,
    age: 0,
    sqlState: error.sqlState,
    queryId: queryId ?? null,
    line: -1,
    pos: -1,
    type: error.message.startsWith('SQL compilation error') ? 'COMPILATION' : 'USER_ERROR',
  },
  code: error.code,
  message: error.message,
  success: false,
})

export const invalidRequest = () =>
  new SnowflakeError('000001', '22000', 'The request does not have the form of the protocol.')
