import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  type JWK,
} from 'jose'
import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Tables } from '../database/tables.ts'
import type { Sealer } from './sealer.ts'

type KeyPurpose = 'token' | 'checkpoint'

/** Snowflake verifies RS256 from a JWKS URL and from a pasted RSA key alike; checkpoints are Ed25519 signed notes. */
const algorithms = { token: 'RS256', checkpoint: 'Ed25519' } as const satisfies Record<KeyPurpose, string>

interface SigningKey {
  readonly kid: string
  readonly algorithm: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export interface KeyStore {
  /** The key that signs now. */
  active(purpose: KeyPurpose): SigningKey
  /** Every public key whose signatures are still to be accepted, retired ones included. */
  publicKeys(purpose: KeyPurpose): readonly JWK[]
}

const context = (kid: string): string => `signing-key:${kid}`

const generate = async (purpose: KeyPurpose, sealer: Sealer, clock: Clock) => {
  const algorithm = algorithms[purpose]
  const { publicKey, privateKey } = await generateKeyPair(algorithm, {
    extractable: true,
    modulusLength: 2048,
  })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return {
    kid,
    purpose,
    algorithm,
    public_key: JSON.stringify({ ...jwk, kid, alg: algorithm, use: 'sig' }),
    sealed_private_key: sealer.seal(await exportPKCS8(privateKey), context(kid)),
    created_at: clock(),
    retired_at: null,
  }
}

/**
 * Opens the broker's signing keys, making the missing ones. Private keys are stored sealed.
 *
 * @throws Error when a stored key cannot be opened with this root key.
 */
export const openKeyStore = async (
  database: Kysely<Tables>,
  sealer: Sealer,
  clock: Clock,
): Promise<KeyStore> => {
  const read = () => database.selectFrom('signing_keys').selectAll().orderBy('created_at').execute()
  const present = await read()
  for (const purpose of Object.keys(algorithms) as KeyPurpose[]) {
    if (present.some((row) => row.purpose === purpose && row.retired_at === null)) continue
    const row = await generate(purpose, sealer, clock)
    // A replica that starts at the same moment may win: its key is then everybody's.
    await database
      .insertInto('signing_keys')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  const rows = await read()
  const keys = await Promise.all(
    rows.map(async (row) => ({
      purpose: row.purpose,
      retired: row.retired_at !== null,
      key: {
        kid: row.kid,
        algorithm: row.algorithm,
        publicJwk: JSON.parse(row.public_key) as JWK,
        privateKey: await importPKCS8(
          sealer.open(row.sealed_private_key, context(row.kid)),
          row.algorithm,
          // Checkpoints are signed by node:crypto, which takes over only keys that could be exported.
          { extractable: row.purpose === 'checkpoint' },
        ),
      } satisfies SigningKey,
    })),
  )
  return {
    active(purpose) {
      const found = keys.find((entry) => entry.purpose === purpose && !entry.retired)
      if (found === undefined) throw new Error(`there is no active key for ${purpose}`)
      return found.key
    },
    publicKeys: (purpose) =>
      keys.filter((entry) => entry.purpose === purpose).map((entry) => entry.key.publicJwk),
  }
}
