import { randomBytes } from 'node:crypto'
import type { Session } from '../session/session.ts'

/** What one PUT or GET lets its driver do with a stage's files, for a short time. */
export interface TransferGrant {
  readonly session: Session
  readonly stage: string
  readonly mode: 'upload' | 'download'
  /** Where an upload may put files: `` or `path/`. The rest of a path is one name. */
  readonly prefix: string
  /** The files that may be downloaded. */
  readonly paths: ReadonlySet<string>
  readonly overwrite: boolean
}

const lifeMs = 10 * 60 * 1000

/** Bearer tokens for the stages' own addresses: a driver sends no session token there. */
export class TransferGrants {
  readonly #grants = new Map<string, { readonly grant: TransferGrant; readonly expiresAt: number }>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  issue(grant: TransferGrant): string {
    const now = this.#now()
    for (const [token, { expiresAt }] of this.#grants) if (expiresAt <= now) this.#grants.delete(token)
    const token = `local-transfer-${randomBytes(32).toString('base64url')}`
    this.#grants.set(token, { grant, expiresAt: now + lifeMs })
    return token
  }

  find(token: string | null): TransferGrant | null {
    const known = token === null ? undefined : this.#grants.get(token)
    if (!known || known.expiresAt <= this.#now() || known.grant.session.closed) return null
    return known.grant
  }
}
