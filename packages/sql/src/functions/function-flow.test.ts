import { describe, expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { S: { P: ['SSN', 'NAME', 'N'] } } }

const flowOf = (expression: string) => {
  const { summary } = analyzer.analyze(`select ${expression} as x from p`, {
    catalog,
    database: 'C',
    schema: 'S',
  })
  if (summary.status !== 'analyzed') throw new Error(summary.reason.message)
  const [flow] = summary.outputs[0]?.flows.filter(({ column }) => column === 'C.S.P.SSN') ?? []
  return flow?.via
}

describe('a value stays a value only where a mask of the column still fits it', () => {
  test.each([
    'ssn',
    'ssn::varchar',
    'ssn::varchar(16777216)',
    'cast(ssn as number(38, 0))',
    'try_cast(ssn as date)',
    'ssn::variant',
    'trim(ssn)',
    'max(ssn)',
    'any_value(ssn)',
    'coalesce(ssn, name)',
    'lag(ssn) over (order by n)',
    'to_varchar(ssn)',
    "ssn collate 'en'",
    '(select max(ssn) from p)',
  ])('%s is the value', (expression) => {
    expect(flowOf(expression)).toBe('value')
  })

  test.each([
    // Each of these would show under a keep-last mask what the mask hides.
    'ssn::varchar(4)',
    'ssn::char',
    'ssn::char(3)',
    "rtrim(ssn, '0123456789')",
    "trim(both '1' from ssn)",
    'reverse(ssn)',
    'left(ssn, 3)',
    'ssn || name',
    "to_char(ssn, '999')",
    // And these tell a bit of it for each question.
    'ssn::boolean',
    "nullif(ssn, '1')",
    "greatest(ssn, '5')",
    "iff(ssn = '1', 1, 0)",
    "case ssn when '1' then 1 end",
    "count_if(ssn = '1')",
    "count(nullif(ssn, '1'))",
    "count(iff(ssn = '1', 1, null))",
    'sha2(ssn)',
    'ssn::binary',
    'ssn:a',
    'sum(ssn)',
    'row_number() over (order by ssn)',
  ])('%s is computed', (expression) => {
    expect(flowOf(expression)).toBe('derived')
  })

  test.each(['count(ssn)', 'count(distinct ssn)', 'approx_count_distinct(ssn)', 'count(ssn::varchar)'])(
    '%s is a count',
    (expression) => {
      expect(flowOf(expression)).toBe('count')
    },
  )

  test('COUNT(*) touches nothing', () => {
    expect(flowOf('count(*)')).toBeUndefined()
  })
})
