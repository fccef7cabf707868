import type { HttpClient } from '@snowfence/core/http'
import { type CompactVerifyGetKey, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose'

const REQUEST_TIMEOUT_MS = 5_000
/** Keys are read again after this long, so that one that the broker has withdrawn is forgotten. */
const LONGEST_LIFE_MS = 600_000
/** Between two readings for a key that nobody knows at least this long: a wrong policy is no way to keep the broker busy. */
const LEAST_INTERVAL_MS = 30_000

interface KnownKeys {
  readonly find: CompactVerifyGetKey
  readonly readAtMs: number
}

/** The public keys of a broker. */
export interface BrokerKeys {
  /** Finds the key of a signature; reads the keys again when there is one that is not known yet. */
  readonly find: CompactVerifyGetKey
  /** Begins to read the keys, where they are not known, for a signature that will be there in a moment. */
  prefetch(): void
}

/**
 * The keys of a broker, read over the connection that the broker is trusted on.
 *
 * jose's own remote key set does the same in the shapes of `fetch`, and not ahead of time.
 */
export const createBrokerKeys = (broker: HttpClient, now: () => number = Date.now): BrokerKeys => {
  let known: KnownKeys | null = null
  let reading: Promise<KnownKeys> | null = null

  const read = async (): Promise<KnownKeys> => {
    const { status, body } = await broker.send({
      method: 'GET',
      path: 'jwks.json',
      headers: { accept: 'application/jwk-set+json, application/json' },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
    if (status !== 200) throw new errors.JWKSInvalid(`the keys were answered with status ${status}`)
    // Whatever else than a key set it is, is found out here.
    const find = createLocalJWKSet(JSON.parse(body.toString('utf8')) as JSONWebKeySet)
    known = { find, readAtMs: now() }
    return known
  }
  const readShared = async (): Promise<KnownKeys> => {
    reading ??= read().finally(() => {
      reading = null
    })
    return await reading
  }
  const isFresh = (keys: KnownKeys | null, lifeMs: number): keys is KnownKeys =>
    keys !== null && now() - keys.readAtMs < lifeMs

  return {
    find: async (header, token) => {
      const keys = isFresh(known, LONGEST_LIFE_MS) ? known : await readShared()
      try {
        return await keys.find(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || isFresh(keys, LEAST_INTERVAL_MS)) throw error
        return await (await readShared()).find(header, token)
      }
    },
    prefetch: () => {
      // A failure is told to the one who needs the key, who tries again.
      if (!isFresh(known, LONGEST_LIFE_MS)) readShared().catch(() => {})
    },
  }
}
