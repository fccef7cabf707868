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
  // Snowflake, "Calendar weeks and weekdays": WEEK_START is 1 for Monday to 7 for Sunday; 0 begins weeks on Mondays, and
  // counts their days from 0 for Sunday. A week belongs to the year in which four of its days lie (WEEK_OF_YEAR_POLICY 0).
  "CREATE MACRO snow_week_start() AS coalesce(getvariable('week_start'), 0)",
  'CREATE MACRO snow_week_floor(x) AS x - to_days(CAST((isodow(x) + 7 - greatest(snow_week_start(), 1)) % 7 AS INTEGER))',
  "CREATE MACRO snow_week_middle(x) AS snow_week_floor(date_trunc('day', CAST(x AS TIMESTAMP))) + to_days(3)",
  'CREATE MACRO snow_week(x) AS (dayofyear(snow_week_middle(x)) + 6) // 7',
  'CREATE MACRO snow_year_of_week(x) AS year(snow_week_middle(x))',
  `CREATE MACRO snow_day_of_week(x) AS CASE snow_week_start() WHEN 0 THEN dayofweek(x)
    ELSE (isodow(x) + 7 - snow_week_start()) % 7 + 1 END`,
  // Snowflake counts the boundaries of a part that are crossed; DuckDB counts whole weeks only.
  `CREATE MACRO snow_date_diff(part, a, b) AS CASE part WHEN 'week'
    THEN date_diff('day', snow_week_floor(date_trunc('day', CAST(a AS TIMESTAMP))),
      snow_week_floor(date_trunc('day', CAST(b AS TIMESTAMP)))) // 7
    ELSE date_diff(part, CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP)) END`,
  `CREATE MACRO snow_date_trunc(part, x) AS CASE part WHEN 'week' THEN snow_week_floor(date_trunc('day', x))
    ELSE date_trunc(part, x) END`,
  "CREATE MACRO snow_date_part(part, x) AS CASE part WHEN 'week' THEN snow_week(x) ELSE date_part(part, x) END",
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
  'CREATE MACRO snow_epoch(n) AS make_timestamp(CAST(CAST(n AS DECIMAL(38,6)) * 1000000 AS BIGINT))',
  "CREATE MACRO snow_time() AS CAST(now() AT TIME ZONE current_setting('TimeZone') AS TIME)",
  'CREATE MACRO snow_convert(source, target, x) AS timezone(target, timezone(source, CAST(x AS TIMESTAMP)))',
  `CREATE MACRO snow_moment(y, mo, d, h, mi, s) AS CAST(make_date(CAST(y AS INTEGER), 1, 1)
    + to_months(CAST(mo AS INTEGER) - 1) + to_days(CAST(d AS INTEGER) - 1) + to_hours(CAST(h AS INTEGER))
    + to_minutes(CAST(mi AS INTEGER)) + to_seconds(CAST(s AS INTEGER)) AS TIMESTAMP)`,
  ...(['second', 'minute', 'hour', 'day'] as const).map(
    (part) => `CREATE MACRO snow_slice_${part}(n, x) AS CAST(time_bucket(to_${part}s(CAST(n AS INTEGER)),
      CAST(x AS TIMESTAMP), TIMESTAMP '1970-01-01') AS TIMESTAMP)`,
  ),
  'CREATE MACRO snow_today() AS current_date',
  'CREATE MACRO snow_now() AS now()',
  "CREATE MACRO snow_utc_now() AS now() AT TIME ZONE 'UTC'",
  // `+0530`, `+05:30` and `+05` with or without a space: what DuckDB reads is `+05:30`.
  `CREATE MACRO snow_zone_text(x) AS regexp_replace(regexp_replace(x, '\\s*Z$', '+00:00'),
    '\\s*([+-]\\d{2}):?(\\d{2})?$', CASE WHEN regexp_matches(x, '[+-]\\d{2}:?\\d{2}$') THEN '\\1:\\2' ELSE '\\1:00' END)`,
  `CREATE MACRO snow_has_zone(x) AS regexp_matches(x, ':.*([+-]\\d{2}:?(\\d{2})?|Z)$')`,
  `CREATE MACRO snow_zone_minutes(x) AS CAST((CASE WHEN regexp_extract(snow_zone_text(x), '([+-])\\d{2}:\\d{2}$', 1) = '-'
    THEN -1 ELSE 1 END) * (CAST(regexp_extract(snow_zone_text(x), '(\\d{2}):\\d{2}$', 1) AS INTEGER) * 60
    + CAST(regexp_extract(snow_zone_text(x), '\\d{2}:(\\d{2})$', 1) AS INTEGER)) AS SMALLINT)`,
  `CREATE MACRO snow_ltz_text(x) AS CASE WHEN snow_has_zone(x) THEN snow_zone_text(x) ELSE x END`,
  // Snowflake keeps the wall clock of a text and drops its zone; DuckDB would convert.
  `CREATE MACRO snow_ntz_text(x) AS CASE WHEN snow_has_zone(x)
    THEN regexp_replace(regexp_replace(x, '\\s*Z$', ''), '\\s*[+-]\\d{2}:?(\\d{2})?$', '') ELSE x END`,
  `CREATE MACRO snow_to_tz(x) AS CASE WHEN x IS NULL THEN NULL
    WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' OR snow_has_zone(CAST(x AS VARCHAR)) THEN struct_pack(
      instant := CAST(snow_zone_text(CAST(x AS VARCHAR)) AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
      zone := snow_zone_minutes(CAST(x AS VARCHAR)))
    ELSE struct_pack(instant := CAST(CAST(x AS VARCHAR) AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
      zone := CAST(date_diff('minute', CAST(CAST(x AS VARCHAR) AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
        CAST(CAST(x AS VARCHAR) AS TIMESTAMP)) AS SMALLINT)) END`,
  `CREATE MACRO snow_try_to_tz(x) AS CASE WHEN TRY_CAST(snow_zone_text(CAST(x AS VARCHAR)) AS TIMESTAMPTZ) IS NULL THEN NULL
    ELSE snow_to_tz(x) END`,
  'CREATE MACRO snow_tz_instant(x) AS x.instant',
  'CREATE MACRO snow_tz_local(x) AS x.instant + to_minutes(CAST(x.zone AS INTEGER))',
]
