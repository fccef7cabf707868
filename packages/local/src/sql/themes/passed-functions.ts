import { boolean, fixed, real, type SnowType, text } from '../../dictionary/snow-type.ts'

type ResultType = SnowType | null | ((types: readonly (SnowType | null)[]) => SnowType | null)

const first: ResultType = (types) => types[0] ?? null
const listed = (names: string, type: ResultType) => names.split(' ').map((name) => [name, type] as const)

/**
 * Snowflake functions whose translation by the transpiler was checked to mean the same in DuckDB.
 *
 * A function that is neither here nor rewritten is unknown: DuckDB's own functions are out of reach.
 */
export const passedFunctions: Readonly<Record<string, ResultType>> = Object.fromEntries([
  ...listed(
    'UPPER LOWER TRIM LTRIM RTRIM SUBSTR SUBSTRING LEFT RIGHT LPAD RPAD REPLACE REVERSE REPEAT TRANSLATE',
    text(),
  ),
  ...listed(
    'SPLIT_PART CHR CHAR MD5 MD5_HEX SHA1 SHA1_HEX MONTHNAME DAYNAME LISTAGG STRING_AGG SPACE',
    text(),
  ),
  ...listed('LENGTH LEN CHARINDEX POSITION ASCII UNICODE OCTET_LENGTH BIT_LENGTH EDITDISTANCE', fixed(18, 0)),
  ...listed('EQUAL_NULL BOOLAND_AGG BOOLOR_AGG', boolean),
  ...listed('YEAR MONTH DAY DAYOFMONTH DAYOFWEEKISO DAYOFYEAR WEEKISO QUARTER', fixed(4, 0)),
  ...listed('YEAROFWEEKISO HOUR MINUTE SECOND DATE_PART EXTRACT', fixed(4, 0)),
  ...listed(
    'COUNT COUNT_IF APPROX_COUNT_DISTINCT ROW_NUMBER RANK DENSE_RANK NTILE GROUPING GROUPING_ID',
    fixed(18, 0),
  ),
  ...listed('SQRT EXP LN LOG POWER POW SIN COS TAN ASIN ACOS ATAN ATAN2 RADIANS DEGREES PI CBRT', real),
  ...listed(
    'STDDEV STDDEV_POP STDDEV_SAMP VARIANCE VAR_POP VAR_SAMP VARIANCE_POP VARIANCE_SAMP CORR COVAR_POP',
    real,
  ),
  ...listed('COVAR_SAMP REGR_SLOPE REGR_INTERCEPT REGR_R2 PERCENT_RANK CUME_DIST', real),
  ...listed(
    'NVL IFNULL NVL2 COALESCE NULLIF DECODE GREATEST LEAST IFF SUM MEDIAN PERCENTILE_CONT PERCENTILE_DISC',
    null,
  ),
  ...listed('MIN MAX ANY_VALUE MODE MIN_BY MAX_BY LAG LEAD FIRST_VALUE LAST_VALUE NTH_VALUE', first),
  ...listed('SEQ1 SEQ2 SEQ4 SEQ8', fixed()),
  ...listed('ROLLUP CUBE ABS SIGN CEIL FLOOR TRUNC TRUNCATE BITAND BITOR BITXOR', null),
  ['GROUPING SETS', null],
])
