/**
 * Calls that the parser keeps as kinds of their own, with the fields that hold their arguments in Snowflake's
 * order. A field that holds a bare word, such as a date part, becomes a word.
 */
export const nodeCalls: Readonly<
  Record<string, { readonly name: string; readonly fields: readonly string[] }>
> = {
  add_months: { name: 'ADD_MONTHS', fields: ['this', 'expression'] },
  array_agg: { name: 'ARRAY_AGG', fields: ['this'] },
  array_contains: { name: 'ARRAY_CONTAINS', fields: ['this', 'expression'] },
  array_size: { name: 'ARRAY_SIZE', fields: ['this'] },
  array_to_string: { name: 'ARRAY_TO_STRING', fields: ['this', 'expression'] },
  avg: { name: 'AVG', fields: ['this'] },
  ceil: { name: 'CEIL', fields: ['this'] },
  concat_ws: { name: 'CONCAT_WS', fields: ['separator', 'expressions'] },
  current_date: { name: 'CURRENT_DATE', fields: [] },
  current_timestamp: { name: 'CURRENT_TIMESTAMP', fields: [] },
  date_diff: { name: 'DATEDIFF', fields: ['unit', 'expression', 'this'] },
  date_trunc: { name: 'DATE_TRUNC', fields: ['unit', 'this'] },
  floor: { name: 'FLOOR', fields: ['this'] },
  initcap: { name: 'INITCAP', fields: ['this'] },
  last_day: { name: 'LAST_DAY', fields: ['this', 'unit'] },
  list_agg: { name: 'LISTAGG', fields: ['this', 'separator'] },
  length: { name: 'LENGTH', fields: ['this'] },
  lower: { name: 'LOWER', fields: ['this'] },
  max: { name: 'MAX', fields: ['this'] },
  min: { name: 'MIN', fields: ['this'] },
  months_between: { name: 'MONTHS_BETWEEN', fields: ['this', 'expression'] },
  object_construct: { name: 'OBJECT_CONSTRUCT', fields: ['this', 'expressions'] },
  parse_json: { name: 'PARSE_JSON', fields: ['this'] },
  power: { name: 'POWER', fields: ['this', 'expression'] },
  regexp_like: { name: 'REGEXP_LIKE', fields: ['this', 'pattern', 'flags'] },
  round: { name: 'ROUND', fields: ['this', 'decimals'] },
  sum: { name: 'SUM', fields: ['this'] },
  to_json: { name: 'TO_JSON', fields: ['this'] },
  to_number: { name: 'TO_NUMBER', fields: ['this', 'precision', 'scale'] },
  trim: { name: 'TRIM', fields: ['this'] },
  typeof: { name: 'TYPEOF', fields: ['this'] },
  upper: { name: 'UPPER', fields: ['this'] },
}
