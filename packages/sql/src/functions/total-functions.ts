import {
  arrayType,
  binaryType,
  booleanType,
  dateType,
  floatType,
  integerType,
  numberType,
  objectType,
  type SqlType,
  textType,
  timestampType,
  timeType,
  variantType,
  zonedTimestampType,
} from '../types/sql-type.ts'
import { type Rule, signature } from './signature.ts'

const returnTypes: Readonly<Record<string, SqlType | 'first'>> = {
  text: textType,
  number: integerType,
  float: floatType,
  boolean: booleanType,
  date: dateType,
  timestamp: timestampType,
  zoned: zonedTimestampType,
  time: timeType,
  binary: binaryType,
  array: arrayType,
  object: objectType,
  variant: variantType,
  count: numberType(18, 0),
  // At most 134,217,728, and one added to it still fits an integer.
  length: { ...numberType(9, 0), most: 134_217_728 },
  part: numberType(9, 0),
  // A signed integer of 64 bits.
  hash: numberType(19, 0),
  first: 'first',
}

/**
 * Functions that give a result for every value of these types. Only what a page of Snowflake's documentation says is
 * here; every other function may fail by each of its operands.
 */
const total = `
text    T      UPPER LOWER UCASE LCASE INITCAP REVERSE MD5 MD5_HEX SHA1 SHA1_HEX SOUNDEX SOUNDEX_P123
text    TC     HEX_ENCODE SHA2 SHA2_HEX
text    TCC    BASE64_ENCODE
binary  T      MD5_BINARY SHA1_BINARY
binary  TC     SHA2_BINARY
number  T      MD5_NUMBER_LOWER64 MD5_NUMBER_UPPER64
length  T      LENGTH LEN ASCII UNICODE RTRIMMED_LENGTH
count   T      OCTET_LENGTH BIT_LENGTH
text    TT     TRIM LTRIM RTRIM
boolean TT     CONTAINS STARTSWITH ENDSWITH
boolean A*     SEARCH
length  TTI    POSITION CHARINDEX EDITDISTANCE
text    TTT    TRANSLATE
text    TCC    REPLACE
array   TT     SPLIT
text    TII    SUBSTR SUBSTRING
text    TI     LEFT RIGHT
text    TTI    SPLIT_PART
text    C      SPACE
hash    A*     HASH
boolean TCCCCC REGEXP RLIKE REGEXP_LIKE
count   TCCCCC REGEXP_COUNT REGEXP_INSTR
text    TCCCCC REGEXP_SUBSTR REGEXP_REPLACE
part    D      YEAR YEAROFWEEK YEAROFWEEKISO QUARTER MONTH DAY DAYOFMONTH DAYOFWEEK DAYOFWEEKISO DAYOFYEAR WEEK
part    D      WEEKISO WEEKOFYEAR HOUR MINUTE SECOND EXTRACT
text    D      DAYNAME MONTHNAME
date    DC     LAST_DAY
float   DD     MONTHS_BETWEEN
first   N      ABS CEIL CEILING FLOOR
first   NC     TRUNC TRUNCATE
part    N      SIGN
float   N      SIN COS TAN ATAN
variant VC*    GET GET_PATH GET_IGNORE_CASE
array   A*     ARRAY_CONSTRUCT ARRAY_CONSTRUCT_COMPACT
length  V      ARRAY_SIZE
array   LCC    ARRAY_SLICE
text    A      TYPEOF TO_JSON
boolean A      IS_ARRAY IS_BINARY IS_BOOLEAN IS_CHAR IS_DATE IS_DATE_VALUE IS_DECIMAL IS_DOUBLE IS_INTEGER IS_NULL_VALUE
boolean A      IS_OBJECT IS_REAL IS_TIME IS_TIMESTAMP_LTZ IS_TIMESTAMP_NTZ IS_TIMESTAMP_TZ IS_VARCHAR
array   V      AS_ARRAY
object  V      AS_OBJECT
text    V      AS_CHAR AS_VARCHAR
date    V      AS_DATE
boolean V      AS_BOOLEAN
float   V      AS_DOUBLE AS_REAL
timestamp V    AS_TIMESTAMP_NTZ
object  OC*    OBJECT_PICK
text    T      CHECK_JSON
variant T      TRY_PARSE_JSON
boolean T      TRY_TO_BOOLEAN
date    TC     TRY_TO_DATE
time    TC     TRY_TO_TIME
float   TC     TRY_TO_DOUBLE
number  TCCC   TRY_TO_NUMBER TRY_TO_DECIMAL TRY_TO_NUMERIC
timestamp TC   TRY_TO_TIMESTAMP_NTZ
zoned   TC     TRY_TO_TIMESTAMP_LTZ TRY_TO_TIMESTAMP_TZ
boolean BB     BOOLAND BOOLOR BOOLXOR
boolean B      BOOLNOT BOOLAND_AGG BOOLOR_AGG
boolean B*     AND OR XOR NOT
boolean A      IS GROUPING
count   A*     COUNT APPROX_COUNT_DISTINCT APPROXIMATE_COUNT_DISTINCT GROUPING_ID
count   B      COUNT_IF
first   A      MIN MAX ANY_VALUE MODE
first   AA     MIN_BY MAX_BY
count   A      ROW_NUMBER RANK DENSE_RANK
count   C      NTILE
float   A      PERCENT_RANK CUME_DIST
first   A      FIRST_VALUE LAST_VALUE
first   AC     NTH_VALUE FIRST LAST PREV NEXT
first   A      PRIOR CONNECT_BY_ROOT
date    C      CURRENT_DATE
zoned   C      CURRENT_TIMESTAMP LOCALTIMESTAMP GETDATE SYSDATE
time    C      CURRENT_TIME LOCALTIME
text    C      CURRENT_ACCOUNT CURRENT_ACCOUNT_NAME CURRENT_DATABASE CURRENT_ROLE CURRENT_SCHEMA CURRENT_USER CURRENT_WAREHOUSE
text    C      CURRENT_VERSION CURRENT_SESSION CURRENT_REGION
number  C      SEQ1 SEQ2 SEQ4 SEQ8 RANDOM NEXTVAL
float   C      PI
text    C      UUID_STRING
`

const rules = new Map<string, Rule>()
for (const line of total.trim().split('\n')) {
  const [returns = '', slots = '', ...names] = line.trim().split(/\s+/)
  const rule = signature(slots, returnTypes[returns]!)
  for (const name of names) rules.set(name, rule)
}

/** The rules of these functions by their names. */
export const totalFunctions: ReadonlyMap<string, Rule> = rules
