import { readFile } from 'node:fs/promises'
import { brokerErrorSchema, type ErrorCode, errorCatalogue, SnowfenceError } from '@snowfence/core'
import { readEnvironment } from './read-environment-file.ts'

/** Flags of every command that calls the broker as a person. */
export interface BrokerCallFlags {
  readonly env?: string
  readonly broker?: string
  readonly tokenFile?: string
}

/** Sends a request with the identity token and gives the answer. @throws the broker's own error */
export type BrokerCall = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Response>

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCatalogue, code)

const errorOf = async (response: Response): Promise<SnowfenceError> => {
  const refusal = brokerErrorSchema.safeParse(await response.json().catch(() => null))
  if (!refusal.success || !isErrorCode(refusal.data.error.code))
    return new SnowfenceError('ERR_BROKER_RESPONSE_INVALID')
  const { code, message, hint } = refusal.data.error
  return new SnowfenceError(code, { message, hint })
}

/**
 * Prepares calls to the broker from flags, with the environment behind them.
 *
 * @param tokenVariable the variable that names the file with the identity token of this kind of person
 */
export const createBrokerCall = async (
  flags: BrokerCallFlags,
  tokenVariable: 'SNOWFENCE_REVIEWER_TOKEN_FILE' | 'SNOWFENCE_AUDITOR_TOKEN_FILE',
): Promise<BrokerCall> => {
  const environment = await readEnvironment(flags.env)
  const broker = flags.broker ?? environment.SNOWFENCE_BROKER
  const tokenFile = flags.tokenFile ?? environment[tokenVariable]
  if (!broker || !tokenFile) {
    throw new SnowfenceError('ERR_CLI_USAGE', {
      message: 'the address of the broker and an identity token are needed',
      hint: `give --broker and --token-file, set SNOWFENCE_BROKER and ${tokenVariable}, or pass --env FILE as written by \`snowfence dev --env FILE\``,
    })
  }
  let token: string
  try {
    token = (await readFile(tokenFile, 'utf8')).trim()
  } catch (cause) {
    throw new SnowfenceError('ERR_CLI_FILE_UNREADABLE', {
      message: `the token file \`${tokenFile}\` could not be read`,
      cause,
    })
  }
  return async (method, path, body) => {
    let response: Response
    try {
      response = await fetch(new URL(path, broker), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (cause) {
      throw new SnowfenceError('ERR_BROKER_UNREACHABLE', {
        message: `the broker at \`${broker}\` could not be reached`,
        cause,
      })
    }
    if (!response.ok) throw await errorOf(response)
    return response
  }
}
