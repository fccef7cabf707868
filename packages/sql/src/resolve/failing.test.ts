import { describe, expect, it, test } from 'vitest'
import { openSampleAnalysis, tableOf } from '../testing/sample-analysis.ts'

const summaryOf = await openSampleAnalysis({
  T: tableOf(
    'ID NUMBER(10,0)',
    'CODE VARCHAR(11)',
    'AT TIMESTAMP_NTZ',
    'SEEN TIMESTAMP_LTZ',
    'BORN DATE',
    'LEFT_ON DATE',
    'DOC VARIANT',
  ),
  U: tableOf('ID NUMBER(10,0)', 'N NUMBER(10,0)'),
})

/** The columns by whose values a computation fails. */
const failing = (expression: string): readonly string[] => {
  const failures = summaryOf(`select ${expression} as z from t`).observations.filter(
    ({ kind }) => kind === 'fail',
  )
  return [...new Set(failures.map(({ column }) => column.slice('C.P.T.'.length)))]
}
const secret = `iff(code like '9%', 1, null)`
const secretText = `iff(code like '9%', 'aaaaaaaaaaa', '')`

describe('a semi-structured value is of any kind', () => {
  it.each([
    [`object_pick(doc, 'a')`, ['DOC']],
    ['array_slice(doc, 0, 1)', ['DOC']],
    [`object_pick(as_object(doc), 'a')`, []],
    [`get(doc, 'a')`, []],
    ['array_size(doc)', []],
  ])('%s fails by %j', (expression, expected) => {
    expect(failing(expression)).toEqual(expected)
  })
})

it.each([
  ['percentile_cont(0.5) within group (order by code)', ['CODE']],
  ['percentile_disc(0.5) within group (order by code)', ['CODE']],
  ['percentile_cont(0.5) within group (order by id)', []],
])('%s, of a text as of a number, fails by %j', (expression, expected) => {
  expect(failing(expression)).toEqual(expected)
})

describe('what is computed from NULL has the type of the computation, to which other values are converted', () => {
  it.each([
    '- null',
    'abs(null)',
    'round(null)',
    'round(null, 2)',
    '+ null',
    'abs(true)',
    `date_trunc('day', null)`,
  ])('coalesce(%s, code)', (expression) => {
    expect(failing(`coalesce(${expression}, code)`)).toEqual(['CODE'])
  })
})

test('an arm of a recursion fails where its text is longer than the column of the anchor', () => {
  const failures = (arm: string) =>
    summaryOf(
      `with recursive r as (select 1 as i, code as z from t union all select i + 1, ${arm} from r where i < 2) select i from r`,
    ).observations.filter(({ kind }) => kind === 'fail')
  expect(failures('lower(z)')).not.toEqual([])
  expect(failures('z')).toEqual([])
})

describe('a number has as many digits as its function gives', () => {
  it.each([
    [`datediff('second', '2000-01-01'::timestamp_ntz, at)::number(9,0)`, 'AT'],
    [`datediff('minute', '2000-01-01'::timestamp_ntz, at)::number(9,0)`, 'AT'],
    ['extract(epoch_second from at)::number(9,0)', 'AT'],
    ['date_part(epoch_second, at)::number(9,0)', 'AT'],
    ['date_part(epoch_second, at) * 60000000000000000000000000000', 'AT'],
    ['hash(code)::number(18,0)', 'CODE'],
    ['hash(code) * 99999999999999999999', 'CODE'],
    ['length(code)::number(8,0)', 'CODE'],
  ])('%s fails for some values of %s', (expression, column) => {
    expect(failing(expression)).toEqual([column])
  })

  it.each([
    `datediff('second', '2000-01-01'::timestamp_ntz, at)`,
    `datediff('day', born, left_on)::number(9,0)`,
    'extract(year from at)::number(9,0)',
    'date_part(year, at)::number(9,0)',
    'hash(code)::number(19,0)',
    'substr(code, length(code) - 3)',
  ])('%s fails for none', (expression) => {
    expect(failing(expression)).toEqual([])
  })
})

describe('a function of NULL does not fail', () => {
  it.each([
    `${secret} / 0`,
    `sum(${secret}) / 0`,
    `mod(${secret}, 0)`,
    `${secret} > 'x'`,
    `${secret} / (id - id)`,
    `last_day(iff(code like '9%', born, null), 'hour')`,
    `to_char(${secret}, 'bad')`,
    `born - iff(code like '9%', born, null)`,
    `regexp_like(iff(code like '9%', 'a', null), '(')`,
    `nullif(code, '9') like 'a!' escape '!'`,
    `nullif(code, '9') ilike '%Fa' escape 'F'`,
    `nullif(code, '9') like 'a' escape '!!'`,
  ])('so %s tells what decides whether an operand is NULL', (expression) => {
    expect(failing(expression)).toContain('CODE')
  })

  it.each([
    'length(code) / 2',
    `code like '%!%%' escape '!'`,
    'born - left_on',
    `regexp_replace(code, '-', '')`,
    `sha2(upper(code), 256)`,
  ])('and %s tells nothing', (expression) => {
    expect(failing(expression)).toEqual([])
  })
})

describe('a text that grows may become too long', () => {
  const times = (expression: string, wrap: (inner: string) => string, count: number): string =>
    count === 0 ? expression : times(wrap(expression), wrap, count - 1)

  it.each([
    times(secretText, (inner) => `upper(repeat(${inner}, 38))`, 3),
    times(secretText, (inner) => `repeat(${inner}, 38)::varchar`, 3),
    times(secretText, (inner) => `hex_encode(${inner})`, 24),
    times(secretText, (inner) => `to_json(array_construct(${inner}, ${inner}))`, 6),
    times(secretText, (inner) => `regexp_replace(${inner}, 'a', '${'b'.repeat(99)}')`, 3),
  ])('%#', (expression) => {
    expect(failing(expression)).toEqual(['CODE'])
  })

  it.each([`upper(repeat(code, 3))`, `hex_encode(code)`, `md5(repeat(code, 30)) || md5(code)`])(
    '%s does not',
    (expression) => {
      expect(failing(expression)).toEqual([])
    },
  )
})

test('a part of a moment that is read in the zone of the session says so', () => {
  const functionsOf = (expression: string) =>
    summaryOf(`select ${expression} as z from t`).outputs[0]?.flows[0]?.functions
  expect(functionsOf('year(seen)')).toEqual(['TIMEZONE', 'YEAR'])
  expect(functionsOf('year(at)')).toEqual(['YEAR'])
  expect(functionsOf('max(seen)')).toEqual(['MAX'])
})

test('a collation makes values equal by other rules', () => {
  const { observations } = summaryOf(`select count(*) as n from t group by code collate 'en-ci'`)
  expect(observations).toMatchObject([{ column: 'C.P.T.CODE', kind: 'part', place: 'group' }])
})

describe('what fails without a column', () => {
  it.each([
    `select sum('one'::number) as s from t`,
    `select 1 / count(*) as s from t where code = 'x'`,
    'select 1 / count(*) as s from t sample (5)',
    'select 1 / count(*) as s from t, u',
    'select 1 / count(*) as s from (select id from t where id > 5)',
    'select 1 / count(*) as s from t group by ()',
    'select 1 / n as s from (select count(*) as n from t where id > 5)',
    `with recursive r as (select code, count(*) as n from t group by code
      union all select code, n - 1 from r where 1 / n > 0) select n from r`,
    'select 1 / count(*) as s from t group by rollup (code)',
    'select count(*) as n from t having 1 / count(code) > 0',
    'select 1 / ? as s from t',
    'select 1 / sum(count(*)) over (order by 1 rows between 2 preceding and 1 preceding) as s from t group by code',
    'select born - left_on as s from t',
  ])('%s', (sql) => {
    expect(summaryOf(sql).failsAlone).toBe(true)
  })

  it.each([
    'select 1 / count(*) as s from t',
    'select 1 / count(*) as s from t group by code',
    'select code, 1 / count(*) as s from t where id > 5 group by all',
    'with g as (select code, count(*) as n from t group by code) select 1 / n as s from g',
    'select doc:a.b[0]::varchar as s from t',
    'select count(*) / sum(count(*)) over () as s from t group by code',
    'select 1 / nullif(count(*), 0) as s from t',
    'select round(avg(id), 2) as s from t',
    `select date_trunc('month', at) as m from t group by 1`,
  ])('is not in %s', (sql) => {
    expect(summaryOf(sql).failsAlone).toBe(false)
  })
})

describe('what looks across rows', () => {
  it.each([
    ['select sum(1) over (partition by id) as s from t', [['C.P.T.ID']]],
    ['select sum(1) over (partition by id + 1) as s from t', [[]]],
    ['select id from t start with id = 1 connect by prior id = id', [[]]],
    [
      `select * from t match_recognize (partition by id order by at measures count(*) as n one row per match
        pattern (a) define a as code like '9%')`,
      [['C.P.T.ID']],
    ],
    ['select id, code from t group by rollup (id, code)', [[]]],
    ['select id from t order by id limit 1 offset 1', [[]]],
    ['select id from (select id from t limit 1)', [[]]],
    ['select id from (select top 1 id from t)', [[]]],
    ['with c as (select id from t order by id fetch first 1 rows only) select id from c', [[]]],
    ['select id from t sample (5 rows)', [[]]],
    ['select id from t sample (5)', []],
    ['select id from t order by id limit 1', []],
    ['select id, max(code) as c from t group by id', []],
  ])('%s', (sql, within) => {
    expect(summaryOf(sql).acrossRows).toEqual(within)
  })
})

test('rows that stand twice, and a subquery that may find two, guarantee no size of a group', () => {
  const sizeOf = (from: string) =>
    summaryOf(`select count(*) as n from ${from} having count(*) >= 11`).aggregation?.minimumGroupSize
  expect(sizeOf('t')).toBe(11)
  expect(sizeOf('t changes(information => default) at(offset => -60)')).toBe(1)
  expect(sizeOf('(select id from t)')).toBe(11)
  expect(sizeOf('(select id from t where (select n from u) = 1)')).toBe(1)
})
