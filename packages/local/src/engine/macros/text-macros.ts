const seconds = "'%Y-%m-%d %H:%M:%S.%g'"

/** The text of any value as Snowflake prints it: what it is shows only when it runs. */
export const textMacros = [
  `CREATE MACRO snow_to_varchar(x) AS CASE typeof(x)
    WHEN 'JSON' THEN json_extract_string(CAST(x AS VARCHAR), '$')
    WHEN 'DOUBLE' THEN regexp_replace(CAST(x AS VARCHAR), '\\.0$', '')
    WHEN 'FLOAT' THEN regexp_replace(CAST(x AS VARCHAR), '\\.0$', '')
    WHEN 'TIMESTAMP' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), ${seconds})
    WHEN 'TIMESTAMP WITH TIME ZONE' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMPTZ), ${seconds}) || ' ' ||
      rpad(replace(strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMPTZ), '%z'), ':', ''), 5, '0')
    WHEN 'BLOB' THEN hex(CAST(x AS VARCHAR))
    ELSE CAST(x AS VARCHAR) END`,
  `CREATE MACRO snow_initcap(x) AS array_to_string(
    list_transform(regexp_extract_all(lower(x), '[[:alnum:]]+|[^[:alnum:]]+'),
      lambda w: upper(w[1]) || substr(w, 2)), '')`,
  'CREATE MACRO snow_base64(x) AS to_base64(encode(x))',
  'CREATE MACRO snow_jarowinkler(a, b) AS CAST(round(jaro_winkler_similarity(lower(a), lower(b)) * 100) AS INTEGER)',
  'CREATE MACRO snow_regexp_substr(x, pattern) AS CASE WHEN regexp_matches(x, pattern) THEN regexp_extract(x, pattern) END',
  'CREATE MACRO snow_regexp_count(x, pattern) AS len(regexp_extract_all(x, pattern))',
  "CREATE MACRO snow_regexp_replace(x, pattern, replacement) AS regexp_replace(x, pattern, replacement, 'g')",
  'CREATE MACRO snow_contains(x, part) AS contains(x, part)',
  'CREATE MACRO snow_starts_with(x, part) AS starts_with(x, part)',
  'CREATE MACRO snow_ends_with(x, part) AS ends_with(x, part)',
  // Each character of the delimiter delimits, and empty parts do not count.
  `CREATE MACRO snow_strtok(x, delimiters, n) AS list_filter(string_split(translate(x, delimiters,
    repeat(left(delimiters, 1), length(delimiters))), left(delimiters, 1)), lambda p: p <> '')[CAST(n AS INTEGER)]`,
  'CREATE MACRO snow_sha256(x) AS sha256(x)',
  'CREATE MACRO snow_hex(x) AS hex(x)',
  'CREATE MACRO snow_uuid() AS CAST(uuid() AS VARCHAR)',
  'CREATE MACRO snow_editdistance(a, b) AS levenshtein(a, b)',
]
