import { SnowfenceError } from '@snowfence/core'

/** The error for a request that is not valid OTLP. `problem` names the field, never its value. */
export const refuseRequest = (problem: string): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_REQUEST_INVALID', { message: `the trace request is not valid: ${problem}` })
