import { SnowfenceError } from '@snowfence/core'
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import { isSafeUrl } from '../config/is-loopback.ts'
import { acceptableKeys } from './acceptable-keys.ts'
import { fetchDocument } from './fetch-document.ts'

/** Keys are read again after this long, so that one that the issuer has withdrawn is forgotten. */
const LIFE_MS = 600_000
/** Readings at once, and the time after which one more is allowed: tokens of anybody's must not keep an issuer busy. */
const MOST_READINGS = 5
const READING_EVERY_MS = 10_000

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() })

interface KnownKeys {
  readonly find: JWTVerifyGetKey
  readonly readAt: number
}

/** OpenID Connect Discovery 1.0, section 4: the document lies below the issuer, path included, and names it. */
const readKeys = async (issuer: string): Promise<JWTVerifyGetKey> => {
  const below = issuer.replace(/\/$/, '')
  const document = discoverySchema.parse(await fetchDocument(`${below}/.well-known/openid-configuration`))
  if (document.issuer !== issuer) throw new Error('the discovery document names another issuer')
  if (!isSafeUrl(document.jwks_uri)) throw new Error('the keys are offered over plain http')
  return createLocalJWKSet({ keys: acceptableKeys(await fetchDocument(document.jwks_uri)) })
}

/** The published keys of one issuer, found by discovery and kept for ten minutes. A failure is not remembered. */
export class IssuerKeys {
  readonly #issuer: string
  readonly #now: () => number
  #known: KnownKeys | null = null
  #reading: Promise<KnownKeys> | null = null
  #readings = 0
  #countedAt: number

  /** @param now milliseconds of a clock that is never set. */
  constructor(issuer: string, now: () => number = () => performance.now()) {
    this.#issuer = issuer
    this.#now = now
    this.#countedAt = now()
  }

  /**
   * The key of a token. One with an id that is not known has the keys read again, as often as that is allowed.
   *
   * @throws SnowfenceError `ERR_IDENTITY_ISSUER_UNREACHABLE`
   * @throws JWKSNoMatchingKey
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const isFresh = this.#known !== null && this.#now() - this.#known.readAt < LIFE_MS
    const known = isFresh && this.#known !== null ? this.#known : await this.#read()
    try {
      return await known.find(header, token)
    } catch (error) {
      if (!isFresh || !(error instanceof errors.JWKSNoMatchingKey) || !this.#mayRead()) throw error
      const { find } = await this.#read()
      return find(header, token)
    }
  }

  #mayRead(): boolean {
    const passed = Math.floor((this.#now() - this.#countedAt) / READING_EVERY_MS)
    this.#readings = Math.max(0, this.#readings - passed)
    this.#countedAt += passed * READING_EVERY_MS
    return this.#reading !== null || this.#readings < MOST_READINGS
  }

  async #read(): Promise<KnownKeys> {
    if (!this.#mayRead()) {
      throw this.#unreachable(new Error('the keys were read too often in the last seconds'))
    }
    if (this.#reading === null) {
      this.#readings += 1
      this.#reading = this.#readOnce()
    }
    try {
      return await this.#reading
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  async #readOnce(): Promise<KnownKeys> {
    try {
      const known = { find: await readKeys(this.#issuer), readAt: this.#now() }
      this.#known = known
      return known
    } finally {
      this.#reading = null
    }
  }

  #unreachable(cause: unknown): SnowfenceError {
    return new SnowfenceError('ERR_IDENTITY_ISSUER_UNREACHABLE', {
      message: `the keys of the identity provider \`${this.#issuer}\` could not be fetched`,
      cause,
    })
  }
}
