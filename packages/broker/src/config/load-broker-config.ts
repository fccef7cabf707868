import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { SnowfenceError } from '@snowfence/core'
import { parse, YAMLParseError } from 'yaml'
import type { BrokerConfig } from './broker-config.ts'
import { parseBrokerConfig } from './parse-broker-config.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Sets `a.b` in a document unless the variable is absent. */
const overlay = (document: Fields, path: readonly [string, ...string[]], value: unknown): Fields => {
  if (value === undefined || value === '') return document
  const [name, ...rest] = path
  const [next, ...further] = rest
  if (next === undefined) return { ...document, [name]: value }
  const inner = document[name]
  return { ...document, [name]: overlay(isFields(inner) ? inner : {}, [next, ...further], value) }
}

const withEnvironment = (document: Fields, environment: Environment): Fields => {
  const port = environment.SNOWFENCE_BROKER_PORT
  return (
    [
      [['databaseUrl'], environment.DATABASE_URL],
      [['encryptionKey'], environment.SNOWFENCE_BROKER_KEY],
      [['dataDir'], environment.SNOWFENCE_BROKER_DATA_DIR],
      [['publicUrl'], environment.SNOWFENCE_BROKER_PUBLIC_URL],
      [['listen', 'host'], environment.SNOWFENCE_BROKER_HOST],
      [['listen', 'port'], port === undefined || port === '' ? undefined : Number(port)],
      [['log', 'level'], environment.SNOWFENCE_BROKER_LOG_LEVEL],
      [['otlp', 'endpoint'], environment.OTEL_EXPORTER_OTLP_ENDPOINT],
    ] satisfies readonly (readonly [readonly [string, ...string[]], unknown])[]
  ).reduce((result, [path, value]) => overlay(result, path, value), document)
}

const atPath = (directory: string, value: unknown): unknown =>
  typeof value === 'string' ? resolve(directory, value) : value

/** Paths in a configuration file are relative to that file. */
const withAbsolutePaths = (document: Fields, directory: string): Fields => {
  const result = { ...document }
  for (const name of ['policy', 'dataDir']) if (name in result) result[name] = atPath(directory, result[name])
  const snowflake = result.snowflake
  if (isFields(snowflake) && isFields(snowflake.catalogue) && 'path' in snowflake.catalogue) {
    const catalogue = { ...snowflake.catalogue, path: atPath(directory, snowflake.catalogue.path) }
    result.snowflake = { ...snowflake, catalogue }
  }
  return result
}

/**
 * Reads a broker configuration from a YAML file; variables of the environment go before the file.
 *
 * `DATABASE_URL`, `OTEL_EXPORTER_OTLP_ENDPOINT`, `SNOWFENCE_BROKER_{KEY,DATA_DIR,PUBLIC_URL,HOST,PORT,LOG_LEVEL}`.
 *
 * @throws SnowfenceError `ERR_BROKER_CONFIG_INVALID`
 */
export const loadBrokerConfig = async (
  file: string,
  environment: Environment = process.env,
): Promise<BrokerConfig> => {
  const refuse = (problem: string, hint: string, cause: unknown) =>
    new SnowfenceError('ERR_BROKER_CONFIG_INVALID', {
      message: `the broker configuration \`${file}\` ${problem}`,
      hint,
      cause,
    })
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refuse(`could not be read (${error.code})`, 'check the path and the permissions of the file', error)
  })
  let document: unknown
  try {
    document = parse(text)
  } catch (error) {
    // The parser's own text quotes the line, which can hold a password.
    const at = error instanceof YAMLParseError ? error.linePos?.[0] : undefined
    const place = at === undefined ? '' : `: line ${at.line}, column ${at.col}`
    throw refuse(`is not YAML${place}`, 'correct the file at that place; docs/broker.md shows one', error)
  }
  if (!isFields(document)) return parseBrokerConfig(document)
  return parseBrokerConfig(withEnvironment(withAbsolutePaths(document, dirname(resolve(file))), environment))
}
