import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface TokenIssuer {
  readonly issuer: string
  readonly jwksUri: string
  /** An access token as an authorization server for External OAuth makes it; claims given replace the usual ones. */
  issue(role: string, claims?: Readonly<Record<string, unknown>>): Promise<string>
  close(): Promise<void>
}

export const testAudience = 'https://acme-clinic.snowflakecomputing.com'

/** An authorization server with one key, for tests. */
export const createTokenIssuer = async (): Promise<TokenIssuer> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const key = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' }
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    jwksUri: `${issuer}/jwks.json`,
    issue: (role, claims = {}) => {
      const now = Math.floor(Date.now() / 1000)
      const payload = {
        iss: issuer,
        aud: testAudience,
        sub: 'CLINIC_AGENT',
        iat: now,
        exp: now + 300,
        scp: [`session:role:${role}`],
        ...claims,
      }
      return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'test' }).sign(privateKey)
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
