import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'

/** A program or person known to the issuer: the client's id is the token's subject. */
interface KnownClient {
  readonly id: string
  readonly groups: readonly string[]
}

export interface OidcIssuer {
  readonly url: string
  /** A signed JWT access token by the client credentials grant, for this audience. */
  token(clientId: string, audience?: string): Promise<string>
  close(): Promise<void>
}

export interface OidcIssuerOptions {
  readonly clients: readonly KnownClient[]
  readonly audience: string
  readonly tokenSeconds?: number
}

const SECRET = 'a secret of the test issuer alone'

/** Starts a real OpenID provider on a free loopback port. */
export const startOidcIssuer = async (options: OidcIssuerOptions): Promise<OidcIssuer> => {
  const { clients, audience, tokenSeconds = 300 } = options
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const groups = new Map(clients.map((client) => [client.id, client.groups]))
  const provider = new Provider(url, {
    clients: clients.map(({ id }) => ({
      client_id: id,
      client_secret: SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    })),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'issuer-key' }] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => audience,
        getResourceServerInfo: async (_context, resource) => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: tokenSeconds,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    ttl: { ClientCredentials: tokenSeconds },
    extraTokenClaims: async (_context, token) => ({
      groups: [...(groups.get(token.clientId ?? '') ?? [])],
    }),
  })
  server.on('request', provider.callback())
  return {
    url,
    async token(clientId, resource = audience) {
      const response = await fetch(`${url}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${clientId}:${encodeURIComponent(SECRET)}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
      })
      const body = (await response.json()) as { access_token?: string; error_description?: string }
      if (body.access_token === undefined) throw new Error(`no token: ${body.error_description}`)
      return body.access_token
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
