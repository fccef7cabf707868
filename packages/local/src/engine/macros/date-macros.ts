const intervals = [
  ['year', 'to_years'],
  ['quarter', 'to_quarters'],
  ['month', 'to_months'],
  ['week', 'to_weeks'],
  ['day', 'to_days'],
  ['hour', 'to_hours'],
  ['minute', 'to_minutes'],
] as const

export const dateMacros = [
  ...intervals.map(
    ([part, make]) => `CREATE MACRO snow_add_${part}(n, x) AS x + ${make}(CAST(round(n) AS INTEGER))`,
  ),
  'CREATE MACRO snow_add_second(n, x) AS x + to_seconds(CAST(round(n) AS INTEGER))',
  'CREATE MACRO snow_add_millisecond(n, x) AS x + to_milliseconds(CAST(round(n) AS INTEGER))',
  'CREATE MACRO snow_add_microsecond(n, x) AS x + to_microseconds(CAST(round(n) AS INTEGER))',
  // Snowflake counts the boundaries of a part that are crossed, as DuckDB does for timestamps.
  'CREATE MACRO snow_date_diff(part, a, b) AS date_diff(part, CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP))',
  'CREATE MACRO snow_date_trunc(part, x) AS date_trunc(part, x)',
  'CREATE MACRO snow_date_part(part, x) AS date_part(part, x)',
  'CREATE MACRO snow_last_day(x) AS last_day(x)',
  // Snowflake: the last day of a month stays a last day.
  `CREATE MACRO snow_add_months(x, n) AS CASE WHEN CAST(x AS DATE) = last_day(x)
    THEN CAST(last_day(x + to_months(CAST(round(n) AS INTEGER))) AS TIMESTAMP)
    ELSE CAST(x + to_months(CAST(round(n) AS INTEGER)) AS TIMESTAMP) END`,
  `CREATE MACRO snow_months_between(a, b) AS
    date_diff('month', CAST(b AS TIMESTAMP), CAST(a AS TIMESTAMP)) +
    CASE WHEN day(a) = day(b) OR (CAST(a AS DATE) = last_day(a) AND CAST(b AS DATE) = last_day(b)) THEN 0
      ELSE (day(a) - day(b)) / 31 END`,
  `CREATE MACRO snow_date_from_parts(y, m, d) AS CAST(make_date(CAST(y AS INTEGER), 1, 1)
    + to_months(CAST(m AS INTEGER) - 1) + to_days(CAST(d AS INTEGER) - 1) AS DATE)`,
  'CREATE MACRO snow_format(x, f) AS strftime(x, f)',
  'CREATE MACRO snow_parse(x, f) AS strptime(x, f)',
  'CREATE MACRO snow_try_parse(x, f) AS try_strptime(x, f)',
  'CREATE MACRO snow_epoch(n) AS make_timestamp(CAST(n * 1000000 AS BIGINT))',
  'CREATE MACRO snow_today() AS current_date',
  'CREATE MACRO snow_now() AS now()',
  "CREATE MACRO snow_utc_now() AS now() AT TIME ZONE 'UTC'",
  `CREATE MACRO snow_zone_minutes(x) AS CAST(coalesce(
    TRY_CAST(regexp_extract(x, '([+-]\\d{2}):?(\\d{2})?\\s*$', 1) AS INTEGER) * 60
      + coalesce(TRY_CAST(nullif(regexp_extract(x, '([+-])(\\d{2}):?(\\d{2})?\\s*$', 1)
        || regexp_extract(x, '([+-])(\\d{2}):?(\\d{2})?\\s*$', 3), '') AS INTEGER), 0), 0) AS SMALLINT)`,
  `CREATE MACRO snow_to_tz(x) AS CASE WHEN x IS NULL THEN NULL ELSE struct_pack(
    instant := CAST(CAST(x AS VARCHAR) AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
    zone := CASE WHEN typeof(x) LIKE 'TIMESTAMP%' OR regexp_matches(CAST(x AS VARCHAR), ':.*[+-]\\d{2}')
      THEN snow_zone_minutes(substr(CAST(x AS VARCHAR), 11)) ELSE CAST(0 AS SMALLINT) END) END`,
  `CREATE MACRO snow_try_to_tz(x) AS CASE WHEN TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMPTZ) IS NULL THEN NULL
    ELSE snow_to_tz(x) END`,
  'CREATE MACRO snow_tz_instant(x) AS x.instant',
  'CREATE MACRO snow_tz_local(x) AS x.instant + to_minutes(CAST(x.zone AS INTEGER))',
]
