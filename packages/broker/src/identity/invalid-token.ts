import { SnowfenceError } from '@snowfence/core'

/** The message must hold nothing of the token but the names of claims that the configuration or a standard names. */
export const invalidToken = (message: string, cause?: unknown): SnowfenceError =>
  new SnowfenceError('ERR_IDENTITY_TOKEN_INVALID', { message, cause })
