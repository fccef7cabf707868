const flatten = (extra: string) => `SELECT CAST(1 AS DECIMAL(38,0)) AS "SEQ",
    CASE WHEN json_type(v) = 'OBJECT' THEN e.key END AS "KEY",
    CASE WHEN json_type(v) = 'OBJECT' THEN e.key ELSE '[' || e.key || ']' END AS "PATH",
    CASE WHEN json_type(v) = 'ARRAY' THEN CAST(e.key AS DECIMAL(38,0)) END AS "INDEX",
    e.value AS "VALUE", v AS "THIS"
    FROM json_each(CASE WHEN json_type(v) IN ('OBJECT', 'ARRAY') THEN v END) AS e${extra}`

const nothing = `
    UNION ALL SELECT CAST(1 AS DECIMAL(38,0)), NULL, NULL, NULL, NULL, v
    WHERE coalesce(json_type(v), 'NULL') NOT IN ('OBJECT', 'ARRAY') OR v IN ('{}', '[]')`

/** A VARIANT is JSON in DuckDB. SQL's NULL and JSON's null stay apart, as in Snowflake. */
export const variantMacros = [
  'CREATE MACRO snow_path(v, path) AS json_extract(CAST(v AS JSON), path)',
  'CREATE MACRO snow_to_variant(x) AS to_json(x)',
  'CREATE MACRO snow_parse_json(x) AS CAST(x AS JSON)',
  'CREATE MACRO snow_try_parse_json(x) AS TRY_CAST(x AS JSON)',
  'CREATE MACRO snow_to_json(v) AS CAST(v AS VARCHAR)',
  `CREATE MACRO snow_to_array(v) AS CASE WHEN v IS NULL THEN NULL WHEN json_type(to_json(v)) = 'ARRAY' THEN to_json(v)
    ELSE to_json([to_json(v)]) END`,
  `CREATE MACRO snow_pair(k, v) AS CASE WHEN k IS NULL THEN NULL
    ELSE {'text': to_json(k) || ':' || coalesce(CAST(to_json(v) AS VARCHAR), 'null'), 'empty': v IS NULL} END`,
  `CREATE MACRO snow_object(pairs) AS CAST('{' || coalesce(array_to_string(list_transform(
    list_filter(pairs, lambda p: NOT p['empty']), lambda p: p['text']), ','), '') || '}' AS JSON)`,
  `CREATE MACRO snow_object_keep(pairs) AS CAST('{' || coalesce(array_to_string(list_transform(pairs,
    lambda p: p['text']), ','), '') || '}' AS JSON)`,
  "CREATE MACRO snow_element(x) AS coalesce(CAST(to_json(x) AS VARCHAR), 'null')",
  `CREATE MACRO snow_array(elements) AS CAST('[' || coalesce(array_to_string(elements, ','), '') || ']' AS JSON)`,
  "CREATE MACRO snow_list(x) AS coalesce(to_json(x), CAST('[]' AS JSON))",
  "CREATE MACRO snow_array_size(v) AS CASE WHEN json_type(v) = 'ARRAY' THEN json_array_length(v) END",
  'CREATE MACRO snow_array_contains(x, v) AS list_contains(CAST(v AS JSON[]), to_json(x))',
  `CREATE MACRO snow_array_to_string(v, separator) AS array_to_string(list_transform(CAST(v AS JSON[]),
    lambda e: coalesce(json_extract_string(e, '$'), '')), separator)`,
  `CREATE MACRO snow_object_agg(k, v) AS CAST('{' || coalesce(string_agg(to_json(k) || ':' || to_json(v), ','), '')
    || '}' AS JSON)`,
  'CREATE MACRO snow_array_distinct(v) AS to_json(list_distinct(CAST(v AS JSON[])))',
  'CREATE MACRO snow_array_cat(v, w) AS to_json(list_concat(CAST(v AS JSON[]), CAST(w AS JSON[])))',
  // Snowflake counts from 0 and leaves out the end.
  'CREATE MACRO snow_array_slice(v, a, b) AS to_json(CAST(v AS JSON[])[CAST(a AS INTEGER) + 1:CAST(b AS INTEGER)])',
  'CREATE MACRO snow_split(x, separator) AS to_json(string_split(x, separator))',
  'CREATE MACRO snow_object_keys(v) AS to_json(json_keys(v))',
  `CREATE MACRO snow_typeof(v) AS CASE json_type(v) WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'BIGINT' THEN 'INTEGER'
    WHEN 'NULL' THEN 'NULL_VALUE' WHEN 'DOUBLE' THEN 'DOUBLE' ELSE json_type(v) END`,
  "CREATE MACRO snow_is_array(v) AS json_type(v) = 'ARRAY'",
  "CREATE MACRO snow_is_object(v) AS json_type(v) = 'OBJECT'",
  "CREATE MACRO snow_is_null_value(v) AS json_type(v) = 'NULL'",
  'CREATE MACRO snow_rows(n) AS TABLE SELECT range AS "~row" FROM range(CAST(n AS BIGINT))',
  `CREATE MACRO snow_flatten(v) AS TABLE ${flatten('')}`,
  `CREATE MACRO snow_flatten_outer(v) AS TABLE ${flatten(nothing)}`,
]
