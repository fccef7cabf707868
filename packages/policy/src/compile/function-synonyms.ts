/** Names of one and the same function. Snowflake: "alias for" on the pages of docs.snowflake.com/en/sql-reference/functions-all. */
const synonyms: readonly (readonly string[])[] = [
  ['SUBSTR', 'SUBSTRING'],
  ['LEN', 'LENGTH'],
  ['CEIL', 'CEILING'],
  ['POW', 'POWER'],
  ['TRUNC', 'TRUNCATE'],
  ['NVL', 'IFNULL'],
  ['TO_CHAR', 'TO_VARCHAR'],
  ['TO_DECIMAL', 'TO_NUMBER', 'TO_NUMERIC'],
  ['EXTRACT', 'DATE_PART'],
  ['DATEDIFF', 'TIMEDIFF', 'TIMESTAMPDIFF'],
  ['DATEADD', 'TIMEADD', 'TIMESTAMPADD'],
  ['DAY', 'DAYOFMONTH'],
  ['WEEK', 'WEEKOFYEAR'],
  ['STDDEV', 'STDDEV_SAMP'],
  ['VARIANCE', 'VARIANCE_SAMP', 'VAR_SAMP'],
  ['VARIANCE_POP', 'VAR_POP'],
  ['RLIKE', 'REGEXP_LIKE', 'REGEXP'],
]

const byName = new Map(synonyms.flatMap((group) => group.map((name) => [name, group] as const)))

/**
 * Every name of the function that is called so, upper case, the given one among them. A policy that allows differences of
 * dates allows the one that the analysis calls STAY.
 */
export const synonymsOf = (name: string): readonly string[] => {
  const known = byName.get(name) ?? [name]
  return known.includes('DATEDIFF') ? [...known, 'STAY'] : known
}
