/**
 * Session parameters that change how values are written, how long things may take, or nothing that matters here.
 * Every other one is refused: SEARCH_PATH and QUOTED_IDENTIFIERS_IGNORE_CASE change what a name means, so that a
 * statement would touch something else than its analysis says. The formats of dates change what the text of a date means
 * to a mask: under `"20"MM-01-DD` the month stands where the year is looked for. They may be given for one statement.
 * WEEK_START and WEEK_OF_YEAR_POLICY change what a function of weeks gives: a policy that releases the week of a date would
 * release the date, which lies in another week where weeks begin on another day.
 * Source: Snowflake, parameters.
 */
export const sessionParameters: ReadonlySet<string> = new Set(
  `
  ABORT_DETACHED_QUERY AUTOCOMMIT BINARY_INPUT_FORMAT BINARY_OUTPUT_FORMAT CLIENT_MEMORY_LIMIT
  CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX CLIENT_PREFETCH_THREADS CLIENT_RESULT_CHUNK_SIZE
  CLIENT_RESULT_COLUMN_CASE_INSENSITIVE CLIENT_SESSION_KEEP_ALIVE CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY
  CLIENT_TIMESTAMP_TYPE_MAPPING ERROR_ON_NONDETERMINISTIC_MERGE ERROR_ON_NONDETERMINISTIC_UPDATE
  GEOGRAPHY_OUTPUT_FORMAT GEOMETRY_OUTPUT_FORMAT JDBC_QUERY_RESULT_FORMAT JSON_INDENT
  JS_TREAT_INTEGER_AS_BIGINT LOCK_TIMEOUT NUMERIC_OUTPUT_FORMAT QUERY_TAG ROWS_PER_RESULTSET
  STATEMENT_QUEUED_TIMEOUT_IN_SECONDS STATEMENT_TIMEOUT_IN_SECONDS STRICT_JSON_OUTPUT
  TIMESTAMP_DAY_IS_ALWAYS_24H TIMESTAMP_TYPE_MAPPING TIMEZONE TIME_INPUT_FORMAT TIME_OUTPUT_FORMAT
  TRANSACTION_ABORT_ON_ERROR TRANSACTION_DEFAULT_ISOLATION_LEVEL TWO_DIGIT_CENTURY_START UNSUPPORTED_DDL_ACTION
  USE_CACHED_RESULT
  `
    .trim()
    .split(/\s+/),
)

const LEAST_TIMEOUT_SECONDS = 60

/**
 * Whether STATEMENT_TIMEOUT_IN_SECONDS may be set to this. 0 is the longest one. How long a statement takes hangs on what it
 * computes, and a time-out makes an answer of it: the shorter it is, the more statements an hour can ask that way.
 */
export const isTimeoutLongEnough = (written: string): boolean =>
  /^\d{1,9}$/.test(written) && (Number(written) === 0 || Number(written) >= LEAST_TIMEOUT_SECONDS)
