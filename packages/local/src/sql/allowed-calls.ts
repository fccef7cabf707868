import { macroNames } from '../engine/macros/macros.ts'

/** DuckDB functions that the transpiler may emit for the Snowflake functions that are supported. */
const functions = `
  abs acos any_value approx_count_distinct arg_max arg_min array_agg ascii asin atan atan2 avg bit_and bit_or bit_xor
  bool_and bool_or cast cbrt ceil ceiling chr coalesce contains corr cos count count_if covar_pop covar_samp
  cume_dist date_diff date_part day dayofmonth dayofweek dayofyear degrees dense_rank ends_with epoch error exp
  extract first_value floor greatest grouping grouping_id hour if ifnull instr isinf isnan isodow isoyear lag
  last_value lead least left length levenshtein list_aggregate list_value listagg ln log log10 log2 lower lpad ltrim
  make_date max max_by md5 median min min_by minute mod mode month nth_value ntile nullif nvl octet_length ord
  percent_rank percentile_cont percentile_disc pi pow power quantile_cont quantile_disc quarter radians rank
  regexp_extract regexp_full_match regexp_matches regexp_replace regr_intercept regr_r2 regr_slope repeat replace
  reverse right round row_number rpad rtrim second sha1 sign sin split_part sqrt starts_with stddev stddev_pop
  stddev_samp str_split strftime string_agg string_split strpos substr substring sum tan translate trim trunc
  try_cast unhex unicode upper var_pop var_samp variance week weekofyear xor year yearweek
`
/** Words before a bracket that are no calls. */
const keywords = `
  all and any bernoulli sets array as between by case coalesce conflict cross cube decimal distinct else end except exclude exists filter
  following from full group having ilike in inner insert intersect interval into is join key lateral left like limit
  natural not null numeric number offset on or order outer over partition pivot preceding primary qualify range
  rename replace returning right rollup row rows select set sets similar struct table tablesample text then time
  timestamp timestamptz top union unpivot update using values varchar when where window with within
`

export const allowedCalls: ReadonlySet<string> = new Set([
  ...functions.trim().split(/\s+/),
  ...keywords.trim().split(/\s+/),
  ...macroNames,
])
