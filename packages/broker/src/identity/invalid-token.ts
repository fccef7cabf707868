import { SnowfenceError } from '@snowfence/core'
import { noteRefusal, type RefusalReason } from './refused-token.ts'

/** The message must hold nothing of the token but the names of claims that the configuration or a standard names. */
export const invalidToken = (reason: RefusalReason, message: string, cause?: unknown): SnowfenceError =>
  noteRefusal(new SnowfenceError('ERR_IDENTITY_TOKEN_INVALID', { message, cause }), { reason })
