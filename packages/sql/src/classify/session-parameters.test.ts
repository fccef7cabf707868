import { beforeAll, expect, test } from 'vitest'
import { createSqlAnalyzer, type SqlAnalyzer } from '../index.ts'
import { refuseSessionParameter } from './session-parameters.ts'

let analyzer: SqlAnalyzer
beforeAll(async () => {
  analyzer = await createSqlAnalyzer()
})

const reasonOf = (text: string) => {
  const { summary } = analyzer.analyze(text, { catalog: {}, database: 'DB', schema: 'PUBLIC' })
  return summary.status === 'unsupported' ? summary.reason : null
}

test.each([
  // Each is among the first statements of a tool.
  "alter session set timezone = 'UTC', statement_timeout_in_seconds = 600, quoted_identifiers_ignore_case = false",
  "ALTER SESSION SET timezone = 'Etc/UTC'",
  'alter session set multi_statement_count = 1',
  "alter session set query_tag = 'it''s a report; = \"x\"'",
  'alter session set autocommit = false',
  "alter session set date_output_format = 'YYYY-MM-DD' timestamp_output_format = 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM'",
  'alter session set timestamp_ntz_output_format = \'YYYY-MM-DD"T"HH24:MI:SS.FF9\'',
  "alter session set time_output_format = 'HH24:MI:SS.FF'",
  'alter session set week_start = 0, week_of_year_policy = 0',
  'ALTER SESSION SET WEEK_START = 7;',
  'alter session set multi_statement_count = 0',
  'alter session set week_start = 1 week_of_year_policy = 1',
  'alter session set "TIMEZONE" = \'America/New_York\';',
  'alter session set timestamp_type_mapping = TIMESTAMP_NTZ',
  'alter session unset week_start, timezone',
])('%s passes', (text) => {
  expect(reasonOf(text)).toBeNull()
})

test.each([
  ['quoted_identifiers_ignore_case = true', 'QUOTED_IDENTIFIERS_IGNORE_CASE to FALSE'],
  ['week_start = 8', 'WEEK_START to 0 or 1'],
  ['timezone = UTC week_of_year_policy = 2', 'WEEK_OF_YEAR_POLICY to 0 or 1'],
  ['multi_statement_count = all', 'MULTI_STATEMENT_COUNT to a whole number'],
  ['timestamp_type_mapping = timestamp_ltz', 'TIMESTAMP_TYPE_MAPPING to TIMESTAMP_NTZ'],
  ["time_input_format = 'MI:HH24'", 'TIME_INPUT_FORMAT to AUTO'],
  ["date_input_format = 'DD-MM-YYYY'", 'DATE_INPUT_FORMAT to AUTO'],
  ['statement_timeout_in_seconds = 59', '60 seconds or more'],
  ['statement_timeout_in_seconds = 059', '60 seconds or more'],
  ['date_output_format = \'"20"MM-01-DD\'', 'YYYY-MM-DD'],
  ['time_output_format = \'HH24"x"\'', 'HH24:MI:SS'],
  ["timezone = ''", 'a name such as UTC'],
])('alter session set %s is refused, and the hint says what passes', (assignment, passing) => {
  const reason = reasonOf(`alter session set ${assignment}`)
  expect(reason?.code).toBe('session-parameter-refused')
  expect(reason?.hint).toContain(passing)
})

test.each([
  'alter session set timezone',
  'alter session set timezone =',
  'alter session set timezone = utc = week_start',
  'alter session set timezone = -1',
  'alter session set',
  "alter session 'set' timezone = utc",
  'alter session set timezone = "UTC"',
])('%s is not understood', (text) => {
  expect(reasonOf(text)).not.toBeNull()
})

test('what is said of a value does not repeat it', () => {
  const refused = refuseSessionParameter('WEEK_START', '123-45-6789')
  expect(JSON.stringify(refused)).not.toContain('123-45')
})
