import { z } from 'zod'
import type { KeyStore } from '../../keys/key-store.ts'
import type { App } from '../app.ts'

export interface IssuerRouteOptions {
  readonly keys: KeyStore
  readonly issuer: () => string
}

const tags = ['issuer']

/** What Snowflake's External OAuth integration and the SDK read: who signs, and with which keys. */
export const addIssuerRoutes = (app: App, { keys, issuer }: IssuerRouteOptions): void => {
  app.get(
    '/.well-known/openid-configuration',
    {
      schema: {
        tags,
        summary: 'The broker as an issuer of tokens',
        response: {
          200: z.strictObject({
            issuer: z.string(),
            jwks_uri: z.string(),
            response_types_supported: z.array(z.string()),
            subject_types_supported: z.array(z.string()),
            id_token_signing_alg_values_supported: z.array(z.string()),
          }),
        },
      },
    },
    async () => ({
      issuer: issuer(),
      jwks_uri: `${issuer()}/jwks.json`,
      response_types_supported: [],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [keys.active('token').algorithm],
    }),
  )

  app.get(
    '/jwks.json',
    {
      schema: {
        tags,
        summary:
          'Public keys of leases and signed policies, the retired ones included while their tokens live',
        response: { 200: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=60')
      return { keys: keys.publicKeys('token').map((key) => ({ ...key })) }
    },
  )
}
