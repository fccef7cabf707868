import { isSecret, isSnowfenceError, Secret, SnowfenceError } from '@snowfence/core'
import type { Configuration } from 'openid-client'
import { type IdentitySource, requireToken } from './identity-source.ts'

export interface ClientCredentialsOptions {
  /** The issuer, whose discovery document is read. https; plain http on loopback only. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string | Secret
  readonly scope?: string
  /** RFC 8707 `resource`, and `audience` for issuers that use that name. */
  readonly audience?: string
}

const isLoopback = (url: URL): boolean =>
  url.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)

/** The access token of an OAuth client: RFC 6749 section 4.4. A new one for each session. */
export const fromClientCredentials = (options: ClientCredentialsOptions): IdentitySource => {
  const { clientId, clientSecret, scope, audience } = options
  const issuer = new URL(options.issuer)
  if (issuer.protocol !== 'https:' && !isLoopback(issuer))
    throw new SnowfenceError('ERR_OPTION_REFUSED', {
      message: 'the option `issuer` would send a client secret over plain http',
      hint: 'use https for `issuer`',
    })
  const secret = new Secret(isSecret(clientSecret) ? clientSecret.reveal() : clientSecret)
  let discovered: Promise<Configuration> | null = null

  const discover = async (): Promise<Configuration> => {
    const { allowInsecureRequests, discovery } = await import('openid-client')
    return await discovery(
      issuer,
      clientId,
      secret.reveal(),
      undefined,
      isLoopback(issuer) ? { execute: [allowInsecureRequests] } : {},
    )
  }

  return {
    token: async () => {
      const { clientCredentialsGrant } = await import('openid-client')
      try {
        discovered ??= discover()
        const answer = await clientCredentialsGrant(await discovered, {
          ...(scope === undefined ? {} : { scope }),
          ...(audience === undefined ? {} : { resource: audience, audience }),
        })
        return requireToken(answer.access_token, 'the answer of the issuer')
      } catch (cause) {
        discovered = null
        if (isSnowfenceError(cause)) throw cause
        throw new SnowfenceError('ERR_IDENTITY_SOURCE_FAILED', {
          message: `the issuer \`${issuer.origin}\` gave no token for the client`,
          cause,
        })
      }
    },
  }
}
