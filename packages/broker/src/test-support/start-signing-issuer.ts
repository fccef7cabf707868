import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { startKeyServer } from './start-key-server.ts'

/** An issuer whose tokens say exactly what a test wants, signed with its published key. */
export interface SigningIssuer {
  readonly url: string
  /** `iss`, `iat` and, five minutes later, `exp` are set unless the claims say otherwise. */
  token(claims: Readonly<Record<string, unknown>>): Promise<string>
  close(): Promise<void>
}

export const startSigningIssuer = async (audience: string): Promise<SigningIssuer> => {
  const { privateKey, publicKey }: { privateKey: CryptoKey; publicKey: CryptoKey } =
    await generateKeyPair('ES256')
  const server = await startKeyServer([
    { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' },
  ])
  return {
    url: server.url,
    token: (claims) => {
      const now = Math.floor(Date.now() / 1000)
      return new SignJWT({ iss: server.url, aud: audience, iat: now, exp: now + 300, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .sign(privateKey)
    },
    close: server.close,
  }
}
