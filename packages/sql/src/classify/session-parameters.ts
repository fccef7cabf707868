/**
 * The session parameters that may be set, and to which values: for a session by ALTER SESSION, and for one statement by
 * its `parameters`. Every other parameter is refused.
 * Source: Snowflake, parameters.
 */
interface ParameterRule {
  readonly values: RegExp
  /** Why other values are refused. */
  readonly because: string
  /** Values that pass, as a hint names them. */
  readonly passing: string
}

const BOOLEAN: ParameterRule = {
  values: /^(?:TRUE|FALSE)$/i,
  because: 'takes TRUE or FALSE',
  passing: 'TRUE or FALSE',
}
const WHOLE_NUMBER: ParameterRule = {
  values: /^\d{1,9}$/,
  because: 'takes a whole number',
  passing: 'a whole number',
}
const FREE: ParameterRule = { values: /^/, because: 'takes any value', passing: 'any value' }

const oneOf = (...values: readonly string[]): ParameterRule => ({
  values: new RegExp(`^(?:${values.join('|')})$`, 'i'),
  because: 'is known with fewer values',
  passing: values.join(' or '),
})

/** Any other value would change what an analysed text means, so only the one that Snowflake has by itself passes. */
const only = (value: string, because: string): ParameterRule => ({
  values: new RegExp(`^${value}$`, 'i'),
  because,
  passing: value === '' ? 'an empty text' : value,
})

/**
 * A date that is turned into text inside of the warehouse is written in these formats, and its mask reads the year back.
 * So the year must stand where the mask looks for it: `"20"MM-01-DD` would have the month shown as a year.
 */
const PLAIN_DATES: ParameterRule = {
  values:
    /^(?:AUTO|(?:YYYY([-/.]?)MM\1DD|MM([-/.])DD\2YYYY|DD([-/.])MM\3YYYY|DD-MON-YYYY)(?:(?: |T|"T")(?:HH24|HH12|AM|PM|MI|SS|FF\d?|TZH|TZM|[ :.])*)?)$/i,
  because: 'could put another part of a date where a mask looks for the year',
  passing: 'AUTO or a plain format such as YYYY-MM-DD or YYYY-MM-DD HH24:MI:SS.FF3 TZH:TZM',
}
const PLAIN_TIMES: ParameterRule = {
  values: /^(?:AUTO|(?:HH24|HH12)(?:MI|SS|FF\d?|AM|PM|[ :.])*)$/i,
  because: 'could write a text of the caller into every time',
  passing: 'AUTO or a plain format such as HH24:MI:SS',
}

const LEAST_TIMEOUT_SECONDS = 60

/**
 * 0 is the longest one. How long a statement takes hangs on what it computes, and a time-out makes an answer of it: the
 * shorter it is, the more statements an hour can ask that way.
 */
const LONG_TIMEOUT: ParameterRule = {
  values: /^(?:0|0*[6-9]\d|0*[1-9]\d{2,8})$/,
  because: 'would end a statement so soon that its time tells of the values that it computes with',
  passing: `${LEAST_TIMEOUT_SECONDS} seconds or more, or 0 for the longest one`,
}

const readsText = 'changes how the text of a statement is read'
const readsValues = 'changes which value a text in a statement stands for'

const rules: readonly (readonly [names: string, rule: ParameterRule])[] = [
  [
    `ABORT_DETACHED_QUERY AUTOCOMMIT CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX CLIENT_RESULT_COLUMN_CASE_INSENSITIVE
     CLIENT_SESSION_KEEP_ALIVE ERROR_ON_NONDETERMINISTIC_MERGE ERROR_ON_NONDETERMINISTIC_UPDATE JS_TREAT_INTEGER_AS_BIGINT
     STRICT_JSON_OUTPUT TIMESTAMP_DAY_IS_ALWAYS_24H TRANSACTION_ABORT_ON_ERROR USE_CACHED_RESULT`,
    BOOLEAN,
  ],
  [
    `CLIENT_MEMORY_LIMIT CLIENT_PREFETCH_THREADS CLIENT_RESULT_CHUNK_SIZE CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY
     JSON_INDENT LOCK_TIMEOUT MULTI_STATEMENT_COUNT ROWS_PER_RESULTSET STATEMENT_QUEUED_TIMEOUT_IN_SECONDS`,
    WHOLE_NUMBER,
  ],
  ['STATEMENT_TIMEOUT_IN_SECONDS', LONG_TIMEOUT],
  ['QUERY_TAG', FREE],
  [
    'TIMEZONE',
    {
      values: /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/,
      because: 'takes the name of a time zone',
      passing: 'a name such as UTC or America/New_York',
    },
  ],
  [
    'DATE_OUTPUT_FORMAT TIMESTAMP_OUTPUT_FORMAT TIMESTAMP_NTZ_OUTPUT_FORMAT TIMESTAMP_LTZ_OUTPUT_FORMAT TIMESTAMP_TZ_OUTPUT_FORMAT',
    PLAIN_DATES,
  ],
  ['TIME_OUTPUT_FORMAT', PLAIN_TIMES],
  ['BINARY_OUTPUT_FORMAT', oneOf('HEX', 'BASE64')],
  ['GEOGRAPHY_OUTPUT_FORMAT GEOMETRY_OUTPUT_FORMAT', oneOf('GeoJSON', 'WKT', 'WKB', 'EWKT', 'EWKB')],
  ['JDBC_QUERY_RESULT_FORMAT', oneOf('JSON', 'ARROW')],
  ['CLIENT_TIMESTAMP_TYPE_MAPPING', oneOf('TIMESTAMP_LTZ', 'TIMESTAMP_NTZ')],
  ['UNSUPPORTED_DDL_ACTION', oneOf('IGNORE', 'FAIL')],
  ['TRANSACTION_DEFAULT_ISOLATION_LEVEL', oneOf('READ COMMITTED')],
  ['QUOTED_IDENTIFIERS_IGNORE_CASE', only('FALSE', readsText)],
  ['TIMESTAMP_TYPE_MAPPING', only('TIMESTAMP_NTZ', 'changes which type TIMESTAMP stands for')],
  ['DATE_INPUT_FORMAT TIME_INPUT_FORMAT TIMESTAMP_INPUT_FORMAT', only('AUTO', readsValues)],
  ['BINARY_INPUT_FORMAT', only('HEX', readsValues)],
  ['TWO_DIGIT_CENTURY_START', only('1970', readsValues)],
  ['DEFAULT_DDL_COLLATION', only('', 'changes which texts are equal')],
  // They move a date into another week, so the policy counts WEEK and its kin among the functions of a free argument.
  ['WEEK_START', oneOf('0', '1', '2', '3', '4', '5', '6', '7')],
  ['WEEK_OF_YEAR_POLICY', oneOf('0', '1')],
]

const table: ReadonlyMap<string, ParameterRule> = new Map(
  rules.flatMap(([names, rule]) => names.split(/\s+/).map((name) => [name, rule] as const)),
)

/** The names of the parameters that may be set, each to some values at least. */
export const sessionParameters: ReadonlySet<string> = new Set(table.keys())

/** What is said of a parameter that is not in the table. */
const NEVER = {
  message: 'the session parameter may change what a statement means',
  hint: 'leave the parameter out',
}

/**
 * Why a session parameter may not have a value, or null where it may.
 *
 * @param name - as it is stored: upper case
 * @param written - the value without its quotation marks
 * @returns texts of ours, with nothing of the statement but the name of a known parameter
 */
export const refuseSessionParameter = (
  name: string,
  written: string,
): { readonly message: string; readonly hint: string } | null => {
  const rule = table.get(name)
  if (rule === undefined) return NEVER
  if (rule.values.test(written)) return null
  return {
    message: `the session parameter \`${name}\` is refused with this value: it ${rule.because}`,
    hint: `set ${name} to ${rule.passing}, or leave the parameter out`,
  }
}
