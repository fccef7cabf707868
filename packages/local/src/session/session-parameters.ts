import { SnowflakeError } from '../snowflake-error.ts'

export type ParameterValue = string | number | boolean

/** Session parameters with Snowflake's defaults, except for the time zone, which is UTC here. */
const defaults: Readonly<Record<string, ParameterValue>> = {
  AUTOCOMMIT: true,
  BINARY_INPUT_FORMAT: 'HEX',
  BINARY_OUTPUT_FORMAT: 'HEX',
  CLIENT_PREFETCH_THREADS: 4,
  CLIENT_RESULT_CHUNK_SIZE: 160,
  CLIENT_SESSION_KEEP_ALIVE: false,
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: 3600,
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: 65_280,
  CLIENT_TELEMETRY_ENABLED: false,
  DATE_INPUT_FORMAT: 'AUTO',
  DATE_OUTPUT_FORMAT: 'YYYY-MM-DD',
  JS_TREAT_INTEGER_AS_BIGINT: false,
  MULTI_STATEMENT_COUNT: 1,
  QUERY_CONTEXT_CACHE_SIZE: 5,
  QUERY_TAG: '',
  QUOTED_IDENTIFIERS_IGNORE_CASE: false,
  SERVICE_NAME: '',
  STATEMENT_TIMEOUT_IN_SECONDS: 172_800,
  STRICT_JSON_OUTPUT: true,
  TIMESTAMP_INPUT_FORMAT: 'AUTO',
  TIMESTAMP_LTZ_OUTPUT_FORMAT: '',
  TIMESTAMP_NTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3',
  TIMESTAMP_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
  TIMESTAMP_TYPE_MAPPING: 'TIMESTAMP_NTZ',
  TIMESTAMP_TZ_OUTPUT_FORMAT: '',
  TIMEZONE: 'UTC',
  TIME_INPUT_FORMAT: 'AUTO',
  TIME_OUTPUT_FORMAT: 'HH24:MI:SS',
  WEEK_START: 0,
  WEEK_OF_YEAR_POLICY: 0,
}

/** Set by drivers; they change nothing here. */
const ignored =
  /^(?:CLIENT_|GCS_|PYTHON_|JDBC_|ODBC_|GO_|ENABLE_|USE_CACHED_RESULT$|ABORT_DETACHED_QUERY$|LOCK_TIMEOUT$)/

/** Parameters whose other values would change what a statement means. */
const pinned: Readonly<Record<string, readonly string[]>> = {
  QUOTED_IDENTIFIERS_IGNORE_CASE: ['FALSE'],
  TIMESTAMP_TYPE_MAPPING: ['TIMESTAMP_NTZ'],
  WEEK_START: ['0', '1', '2', '3', '4', '5', '6', '7'],
  WEEK_OF_YEAR_POLICY: ['0'],
  AUTOCOMMIT: ['TRUE'],
  DATE_INPUT_FORMAT: ['AUTO', 'YYYY-MM-DD'],
  TIMESTAMP_INPUT_FORMAT: ['AUTO'],
  TIME_INPUT_FORMAT: ['AUTO'],
}

const invalid = (name: string) => new SnowflakeError('001420', '22023', `invalid parameter '${name}'`)

const invalidValue = (name: string) =>
  new SnowflakeError(
    '001007',
    '22023',
    `SQL compilation error:\ninvalid value for parameter '${name}' in the local Snowflake`,
  )

const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

export class SessionParameters {
  readonly #values = new Map<string, ParameterValue>(Object.entries(defaults))

  get(name: string): ParameterValue | undefined {
    return this.#values.get(name)
  }

  /** @throws SnowflakeError for a name that is not known and for a value that could not be honoured */
  set(name: string, value: ParameterValue): void {
    const known = defaults[name]
    if (known === undefined) {
      if (!ignored.test(name)) throw invalid(name)
      this.#values.set(name, value)
      return
    }
    if (pinned[name] && !pinned[name].includes(String(value).toUpperCase())) throw invalidValue(name)
    if (name === 'TIMEZONE' && !isTimeZone(String(value))) throw invalidValue(name)
    if (name === 'QUERY_TAG' && String(value).length > 2000) throw invalidValue(name)
    if (typeof known === 'number') {
      if (!Number.isInteger(Number(value)) || String(value).trim() === '') throw invalidValue(name)
      this.#values.set(name, Number(value))
    } else if (typeof known === 'boolean') {
      if (!/^(?:true|false)$/i.test(String(value))) throw invalidValue(name)
      this.#values.set(name, /^true$/i.test(String(value)))
    } else this.#values.set(name, String(value))
  }

  unset(name: string): void {
    const known = defaults[name]
    if (known === undefined && !this.#values.has(name)) throw invalid(name)
    if (known === undefined) this.#values.delete(name)
    else this.#values.set(name, known)
  }

  /** As every response carries them. */
  list(): { name: string; value: ParameterValue }[] {
    return [...this.#values].map(([name, value]) => ({ name, value }))
  }
}
