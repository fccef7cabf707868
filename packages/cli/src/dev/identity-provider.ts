import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SnowfenceError } from '@snowfence/core'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type Adapter, type AdapterPayload } from 'oidc-provider'

/** Somebody or something that can log in at the development identity provider. */
export interface DevelopmentIdentity {
  /** Client id, and the `sub` of its tokens. */
  readonly subject: string
  readonly groups: readonly string[]
}

export interface DevelopmentIdentityProvider {
  readonly issuer: string
  /** A fresh access token (JWT) of the identity for the audience. */
  token(subject: string, audience: string, options?: { readonly ttlSeconds?: number }): Promise<string>
  close(): Promise<void>
}

export interface DevelopmentIdentityProviderOptions {
  readonly identities: readonly DevelopmentIdentity[]
  readonly host?: string
  readonly port?: number
}

const DEFAULT_TTL_SECONDS = 3600
/** How the request for a token says how long it shall live: tests need short and long ones side by side. */
const TTL_HEADER = 'snowfence-ttl-seconds'

/** Storage of the provider's artefacts. The tokens here are self-contained, so little is ever kept. */
class VolatileAdapter implements Adapter {
  readonly #artefacts = new Map<string, AdapterPayload>()

  async upsert(id: string, payload: AdapterPayload) {
    this.#artefacts.set(id, payload)
  }
  async find(id: string) {
    return this.#artefacts.get(id)
  }
  async findByUserCode() {
    return undefined
  }
  async findByUid(uid: string) {
    return [...this.#artefacts.values()].find((payload) => payload.uid === uid)
  }
  async consume(id: string) {
    const payload = this.#artefacts.get(id)
    if (payload) payload.consumed = Math.floor(Date.now() / 1000)
  }
  async destroy(id: string) {
    this.#artefacts.delete(id)
  }
  async revokeByGrantId(grantId: string) {
    for (const [id, payload] of this.#artefacts) if (payload.grantId === grantId) this.#artefacts.delete(id)
  }
}

/**
 * Starts a real OpenID Connect provider on loopback whose clients log in by client credentials, as workloads do.
 * For development and tests only: it keeps everything in memory and its secrets are made at start.
 */
export const startDevelopmentIdentityProvider = async (
  options: DevelopmentIdentityProviderOptions,
): Promise<DevelopmentIdentityProvider> => {
  const host = options.host ?? '127.0.0.1'
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `port ${options.port ?? 0} on \`${host}\` is already in use`
      reject(
        cause.code === 'EADDRINUSE'
          ? new SnowfenceError('ERR_IDENTITY_PORT_IN_USE', { message, cause })
          : cause,
      )
    })
    server.listen(options.port ?? 0, host, resolve)
  })
  const issuer = `http://${host}:${(server.address() as AddressInfo).port}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const secrets = new Map(
    options.identities.map(({ subject }) => [subject, randomBytes(24).toString('base64url')]),
  )
  const groups = new Map(options.identities.map((identity) => [identity.subject, identity.groups]))

  const provider = new Provider(issuer, {
    adapter: VolatileAdapter,
    ttl: {
      ClientCredentials: (_context, token) => token.resourceServer?.accessTokenTTL ?? DEFAULT_TTL_SECONDS,
    },
    clients: options.identities.map(({ subject }) => ({
      client_id: subject,
      client_secret: secrets.get(subject) as string,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (context, resource) => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: Number(context.get(TTL_HEADER)) || DEFAULT_TTL_SECONDS,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    extraTokenClaims: (_context, token) => ({ groups: [...(groups.get(token.clientId ?? '') ?? [])] }),
  })
  server.on('request', provider.callback())

  return {
    issuer,
    async token(subject, audience, { ttlSeconds = DEFAULT_TTL_SECONDS } = {}) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${encodeURIComponent(subject)}:${secrets.get(subject)}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
          [TTL_HEADER]: String(ttlSeconds),
        },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience }),
      })
      if (!response.ok)
        throw new Error(`the identity provider answered ${response.status}: ${await response.text()}`)
      const body = (await response.json()) as { access_token: string }
      return body.access_token
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
