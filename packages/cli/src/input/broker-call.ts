import { readFile } from 'node:fs/promises'
import { brokerErrorSchema, type ErrorCode, errorCatalogue, SnowfenceError } from '@snowfence/core'
import { createHttpClient, type HttpAnswer } from '@snowfence/core/http'
import { readEnvironment } from './read-environment-file.ts'
import { readText } from './read-text.ts'

/** Flags of every command that calls the broker as a person. */
export interface BrokerCallFlags {
  readonly env?: string
  readonly broker?: string
  readonly brokerCa?: string
  readonly tokenFile?: string
}

/** A good answer of the broker's. */
export interface BrokerAnswer {
  readonly text: string
  readonly headers: HttpAnswer['headers']
  /** @throws ERR_BROKER_RESPONSE_INVALID */
  json(): unknown
}

/** Sends a request with the identity token and gives the answer. @throws the broker's own error */
export type BrokerCall = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<BrokerAnswer>

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCatalogue, code)

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new SnowfenceError('ERR_BROKER_RESPONSE_INVALID')
  }
}

const errorOf = (text: string): SnowfenceError => {
  const refusal = brokerErrorSchema.safeParse(parseJson(text))
  if (!refusal.success || !isErrorCode(refusal.data.error.code))
    return new SnowfenceError('ERR_BROKER_RESPONSE_INVALID')
  const { code, message, hint } = refusal.data.error
  return new SnowfenceError(code, { message, hint })
}

const TIMEOUT_MS = 60_000

/** An identity token goes to https, or to this machine. */
const readAddress = (broker: string): URL => {
  const url = URL.canParse(broker) ? new URL(broker) : null
  const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url?.hostname ?? '')
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url
  throw new SnowfenceError('ERR_CLI_USAGE', {
    message: 'the address of the broker is not https, so the identity token would be sent in the clear',
    hint: 'give --broker with https; plain http is for this machine alone',
  })
}

const readAuthority = async (file: string | undefined): Promise<{ readonly ca?: string }> =>
  file ? { ca: await readText(file) } : {}

/**
 * Prepares calls to the broker from flags, with the environment behind them.
 *
 * @param tokenVariable the variable that names the file with the identity token of this kind of person
 */
export const createBrokerCall = async (
  flags: BrokerCallFlags,
  tokenVariable:
    | 'SNOWFENCE_REVIEWER_TOKEN_FILE'
    | 'SNOWFENCE_AUDITOR_TOKEN_FILE'
    | 'SNOWFENCE_OPERATOR_TOKEN_FILE',
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
  const ca = await readAuthority(flags.brokerCa ?? environment.SNOWFENCE_BROKER_CA_FILE)
  const client = createHttpClient(readAddress(broker), ca)
  return async (method, path, body) => {
    let answer: HttpAnswer
    try {
      answer = await client.send({
        method,
        path: path.replace(/^\//, ''),
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
    } catch (cause) {
      throw new SnowfenceError('ERR_BROKER_UNREACHABLE', {
        message: `the broker at \`${client.url.origin}\` could not be reached (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`,
        cause,
      })
    }
    const text = answer.body.toString('utf8')
    if (answer.status < 200 || answer.status >= 300) throw errorOf(text)
    return { text, headers: answer.headers, json: () => parseJson(text) }
  }
}
