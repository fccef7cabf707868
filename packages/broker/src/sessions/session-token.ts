import { createHash, randomBytes } from 'node:crypto'

const PREFIX = 'sfs_'

/**
 * A session token is 256 random bits with a prefix that secret scanners can look for.
 *
 * It is opaque on purpose: each use reads the session's row anyway, so that a revocation holds at once, and what
 * means nothing by itself can be forged by nobody.
 */
export const createSessionToken = (): string => `${PREFIX}${randomBytes(32).toString('base64url')}`

export const isSessionToken = (token: string): boolean => token.startsWith(PREFIX)

/** What the database keeps of a token. A fast hash is enough for 256 random bits. */
export const hashSessionToken = (token: string): string => createHash('sha256').update(token).digest('hex')
