import { readFile, stat } from 'node:fs/promises'
import { type PolicyPayload, SnowfenceError } from '@snowfence/core'
import { type Policy, type PolicySetup, parsePolicy } from '@snowfence/policy'
import { CompactSign } from 'jose'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { Sealer } from '../keys/sealer.ts'

/** The policy in force: parsed for the broker's own decisions, signed for the sessions. */
export interface PolicyInForce {
  readonly policy: Policy
  readonly payload: PolicyPayload
  readonly jws: string
  /** Base64url of the key for tokens of scope `policy`: another one under another policy. */
  readonly tokenKey: string
}

type PolicyConfig = Pick<BrokerConfig, 'policy' | 'snowflake'>

/** A policy document that was found valid. */
export interface CheckedDocument {
  readonly document: string
  readonly policy: Policy
}

export interface PolicyHolder {
  current(): PolicyInForce
  /** The policy of the file when it is another than the one in force, signed; null otherwise. */
  readNext(): Promise<PolicyInForce | null>
  /** Puts a policy in force. */
  adopt(next: PolicyInForce): void
}

/** Keeps a signed policy from being taken for a lease or the reverse: both are signed by the same key. */
const POLICY_TYPE = 'snowfence-policy'

const sign = async (payload: PolicyPayload, keys: KeyStore): Promise<string> => {
  const key = keys.active('token')
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: POLICY_TYPE })
    .sign(key.privateKey)
}

const readDocument = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new SnowfenceError('ERR_POLICY_INVALID', {
      message: `the policy \`${file}\` could not be read`,
      hint: 'check the path of the policy in the broker configuration',
      cause: error,
    })
  }
}

/** What the broker can keep of a policy's obligations. Break-glass it cannot: here a person decides first. */
const setupOf = ({ snowflake }: Pick<BrokerConfig, 'snowflake'>): PolicySetup => ({
  approvals: true,
  breakGlass: false,
  elevatedRoles: snowflake.roles.flatMap(({ elevatedRoles }) => elevatedRoles),
})

/**
 * Reads and checks the policy document of the configuration. Nothing is signed yet.
 *
 * @throws SnowfenceError `ERR_POLICY_INVALID`, also for an obligation that the broker cannot keep
 */
export const readPolicy = async (config: PolicyConfig): Promise<CheckedDocument> => {
  const document = await readDocument(config.policy)
  return { document, policy: parsePolicy(document, { setup: setupOf(config) }) }
}

/** What a policy is signed with, and what its token key is derived from. */
export interface PolicySecrets {
  readonly keys: KeyStore
  readonly sealer: Pick<Sealer, 'deriveKey'>
}

const signPolicy = async (
  { document, policy }: CheckedDocument,
  { keys, sealer }: PolicySecrets,
): Promise<PolicyInForce> => {
  const { version, digest } = policy
  const payload: PolicyPayload = { version, digest, document }
  const tokenKey = Buffer.from(sealer.deriveKey(`policy-token:${digest}`)).toString('base64url')
  return { policy, payload, jws: await sign(payload, keys), tokenKey }
}

/** Holds the policy of a file, signed, and follows the file's changes. */
export const createPolicyHolder = async (
  config: PolicyConfig,
  first: CheckedDocument,
  secrets: PolicySecrets,
): Promise<PolicyHolder> => {
  let inForce = await signPolicy(first, secrets)
  let unchangedSince: number | undefined
  return {
    current: () => inForce,
    async readNext() {
      const { mtimeMs } = await stat(config.policy)
      if (mtimeMs === unchangedSince) return null
      const next = await readPolicy(config)
      if (next.document !== inForce.payload.document) return signPolicy(next, secrets)
      unchangedSince = mtimeMs
      return null
    },
    adopt(next) {
      inForce = next
    },
  }
}
