/**
 * Division by zero is an error in Snowflake and NULL in DuckDB. A cast that fails says so: DuckDB's `error()` would
 * count as a side effect, and an expression with one cannot be named by an alias elsewhere in its SELECT.
 */
export const divisionByZero = 'Division by zero'

const refuse = (type: string) => `CAST('${divisionByZero}' AS ${type})`

export const numberMacros = [
  `CREATE MACRO snow_divide(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN ${refuse('DOUBLE')} ELSE a / b END`,
  `CREATE MACRO snow_mod(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN ${refuse('TINYINT')} ELSE a % b END`,
  'CREATE MACRO snow_div0(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN 0 ELSE a / b END',
  `CREATE MACRO snow_width_bucket(x, low, high, n) AS CASE WHEN x IS NULL THEN NULL WHEN x < low THEN 0
    WHEN x >= high THEN n + 1 ELSE CAST(floor(n * (x - low) / CAST(high - low AS DOUBLE)) AS INTEGER) + 1 END`,
  'CREATE MACRO snow_approx_percentile(x, p) AS quantile_cont(CAST(x AS DOUBLE), p)',
  'CREATE MACRO snow_integer(x) AS CAST(round(x) AS BIGINT)',
  'CREATE MACRO snow_square(x) AS CAST(x AS DOUBLE) * CAST(x AS DOUBLE)',
]
