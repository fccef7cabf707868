import { readFile } from 'node:fs/promises'
import { isSecret, Secret, SnowfenceError } from '@snowfence/core'

/** Where a program's OIDC identity token comes from. Asked anew for every session, so a rotated token is seen. */
export interface IdentitySource {
  token(signal?: AbortSignal): Promise<Secret>
}

/** A token from an answer, or an error that says where it was missing. */
export const requireToken = (token: unknown, where: string): Secret => {
  const text = typeof token === 'string' ? token.trim() : ''
  if (text === '')
    throw new SnowfenceError('ERR_IDENTITY_SOURCE_FAILED', { message: `${where} holds no identity token` })
  return new Secret(text)
}

/** A file, read anew each time: a Kubernetes projected token is replaced in place. */
export const fromFile = (path: string): IdentitySource => ({
  token: async (signal) => {
    let text: string
    try {
      text = await readFile(path, { encoding: 'utf8', ...(signal ? { signal } : {}) })
    } catch (cause) {
      throw new SnowfenceError('ERR_IDENTITY_SOURCE_FAILED', {
        message: `the identity token file \`${path}\` could not be read`,
        cause,
      })
    }
    return requireToken(text, `the file \`${path}\``)
  },
})

export const fromEnv = (name: string): IdentitySource => ({
  token: async () => requireToken(process.env[name], `the environment variable \`${name}\``),
})

export const fromFunction = (
  read: (signal?: AbortSignal) => string | Secret | Promise<string | Secret>,
): IdentitySource => ({
  token: async (signal) => {
    let token: string | Secret
    try {
      token = await read(signal)
    } catch (cause) {
      throw new SnowfenceError('ERR_IDENTITY_SOURCE_FAILED', {
        message: 'the function that provides the identity token failed',
        cause,
      })
    }
    return requireToken(isSecret(token) ? token.reveal() : token, 'what the identity function gave')
  },
})
