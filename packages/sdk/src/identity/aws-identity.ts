import { createRequire } from 'node:module'
import { SnowfenceError } from '@snowfence/core'
import { type IdentitySource, requireToken } from './identity-source.ts'

/** A token is used once, to open a session, so it need not live longer. STS: one minute at least. */
const LIFE_SECONDS = 300

export interface AwsIdentityOptions {
  /** The `aud` of the token, as the broker's configuration names it. */
  readonly audience: string
  /** Region of the STS endpoint. Default: the region of the environment; the global endpoint gives no such tokens. */
  readonly region?: string
}

const require = createRequire(import.meta.url)

const loadSts = () => {
  const hint = 'install `@aws-sdk/client-sts`, a version that has GetWebIdentityToken'
  let sts: typeof import('@aws-sdk/client-sts')
  try {
    // Bundlers leave a `require` alone that is tried and leads nowhere, where an `import()` ends the build.
    sts = require('@aws-sdk/client-sts') as typeof sts
  } catch (cause) {
    throw new SnowfenceError('ERR_IDENTITY_SOURCE_FAILED', {
      message: 'the package `@aws-sdk/client-sts`, which asks AWS for a token, is not installed',
      hint,
      cause,
    })
  }
  if (typeof sts.GetWebIdentityTokenCommand === 'function') return sts
  throw new SnowfenceError('ERR_IDENTITY_SOURCE_FAILED', {
    message: 'the installed `@aws-sdk/client-sts` is too old to ask AWS for a token',
    hint,
  })
}

/**
 * The token of the AWS identity that a program runs as: EC2, ECS, EKS, Lambda, by the usual chain of credentials.
 * AWS: "Outbound web identity federation"; it must be enabled for the account, and `sts:GetWebIdentityToken` be allowed.
 * `@aws-sdk/client-sts` does the asking; snowflake-sdk 3 brings it.
 */
export const fromAws = ({ audience, region }: AwsIdentityOptions): IdentitySource => ({
  token: async (signal) => {
    const { STSClient, GetWebIdentityTokenCommand } = loadSts()
    const client = new STSClient(region === undefined ? {} : { region })
    try {
      const answer = await client.send(
        new GetWebIdentityTokenCommand({
          Audience: [audience],
          DurationSeconds: LIFE_SECONDS,
          SigningAlgorithm: 'ES384',
        }),
        signal ? { abortSignal: signal } : {},
      )
      return requireToken(answer.WebIdentityToken, 'the answer of AWS')
    } catch (cause) {
      if (cause instanceof SnowfenceError) throw cause
      throw new SnowfenceError('ERR_IDENTITY_SOURCE_FAILED', {
        message: `AWS gave no token (${(cause as Error).name})`,
        hint: 'enable outbound web identity federation for the account, and allow `sts:GetWebIdentityToken` to the role',
        cause,
      })
    } finally {
      client.destroy()
    }
  },
})
