import type { Connection } from 'snowflake-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../index.ts'
import { connect, disconnect, execute, failureOf, rowsOf } from '../testing/driver.ts'

let local: LocalSnowflake
let connection: Connection

beforeAll(async () => {
  local = await createLocalSnowflake({ patients: 0 })
  connection = await connect({
    account: local.account,
    accessUrl: local.url,
    username: local.administrator.username,
    password: local.administrator.password,
  })
  await execute(
    connection,
    'create table sales (id number, region varchar, amount number(10,2), sold date, note variant)',
  )
  await execute(
    connection,
    `insert into sales select column1, column2, column3, column4, parse_json(column5) from values
      (1, 'north', 10.00, '2024-01-15'::date, '{"tag":"a","n":9,"list":[{"k":"x"},{"k":"y"}]}'),
      (2, 'north', 20.50, '2024-01-31'::date, '{"tag":"b","n":10,"list":[]}'),
      (3, 'south', 5.25, '2024-02-29'::date, '{"tag":null,"n":"11"}'),
      (4, 'south', null, null, null)`,
  )
})
afterAll(async () => {
  await disconnect(connection)
  await local.close()
})

const day = (text: string) => new Date(`${text}T00:00:00Z`)
const plain = (value: unknown): unknown => (value instanceof Date ? new Date(value.getTime()) : value)
const rows = async (sql: string) =>
  (await rowsOf(connection, sql)).map((row) => (row as unknown[]).map(plain))

const cases: Record<string, [sql: string, expected: unknown[][]][]> = {
  'grouping and windows': [
    [
      'select region, sum(amount), count(amount), avg(amount) from sales group by all order by all',
      [
        ['north', 30.5, 2, 15.25],
        ['south', 5.25, 1, 5.25],
      ],
    ],
    [
      'select id from sales qualify row_number() over (partition by region order by amount desc) = 1 order by 1',
      [[2], [4]],
    ],
    [
      'select region, grouping(region), count(*) from sales group by rollup(region) order by 3',
      [
        ['north', 0, 2],
        ['south', 0, 2],
        [null, 1, 4],
      ],
    ],
    [
      'select id, lag(amount) over (order by id), sum(amount) over (order by id rows between unbounded preceding and current row) from sales order by 1 limit 2',
      [
        [1, null, 10],
        [2, 10, 30.5],
      ],
    ],
    [
      "select listagg(region, '|') within group (order by id desc), listagg(region) from sales where id > 9",
      [['', '']],
    ],
    [
      "select listagg(distinct region, '|') within group (order by region desc) from sales",
      [['south|north']],
    ],
    ['select median(amount), max_by(id, amount), any_value(1) from sales', [[10, 2, 1]]],
    ['select median(column1) from values (1.00), (1.01)', [[1.005]]],
    [
      'select region, ratio_to_report(amount) over (partition by region) from sales where id = 3',
      [['south', 1]],
    ],
    ['select count(*), count_if(amount > 9), count(distinct region) from sales', [[4, 2, 2]]],
  ],
  'lateral aliases': [
    [
      'select region, sum(amount) / count(amount) as q, rank() over (order by q desc) from sales group by 1 order by 2',
      [
        ['south', 5.25, 2],
        ['north', 15.25, 1],
      ],
    ],
  ],
  'stars over joins put the columns of USING first': [
    ['select * from (select 1 as a, 2 as k) x join (select 3 as b, 2 as k) y using (k)', [[2, 1, 3]]],
    [
      'select * exclude (b) rename (a as z) from (select 1 as a, 2 as k) x natural join (select 3 as b, 2 as k) y',
      [[2, 1]],
    ],
    ['select y.* from (select 1 as a, 2 as k) x join (select 3 as b, 2 as k) y using (k)', [[3, 2]]],
    ['select object_construct(*) from (select 1 as a, null as b, 2 as c)', [[{ A: 1, C: 2 }]]],
  ],
  'null ordering is as in Snowflake': [
    ['select id from sales order by amount desc, id', [[4], [2], [1], [3]]],
    ['select id from sales order by amount, id', [[3], [1], [2], [4]]],
    ['select id from sales order by amount desc nulls last limit 1', [[2]]],
    ['select first_value(id) over (order by amount desc) from sales limit 1', [[4]]],
  ],
  'shape of queries': [
    [
      'with t as (select id, amount from sales), u as (select * from t where id < 3) select max(amount) from u',
      [[20.5]],
    ],
    ['with n as (select 1 as i union all select i + 1 from n where i < 4) select sum(i) from n', [[10]]],
    ['with sales as (select 7 as id) select id from sales', [[7]]],
    ['select * exclude (note, sold) rename (amount as cost) from sales where id = 1', [[1, 'north', 10]]],
    [
      "select * from (select region, amount from sales) pivot(sum(amount) for region in ('north', 'south'))",
      [[30.5, 5.25]],
    ],
    [
      'select k, v from (select 1 a, 2 b) unpivot(v for k in (a, b)) order by 1',
      [
        ['A', 1],
        ['B', 2],
      ],
    ],
    [
      'select id from sales where exists (select 1 from sales s where s.id = sales.id and s.amount > 15)',
      [[2]],
    ],
    [
      'select id from sales where region in (select region from sales where amount > 15) order by id',
      [[1], [2]],
    ],
    ['select a.id from sales a join sales b using (region) where b.id = 3 order by a.id', [[3], [4]]],
    ['select id from sales minus select 1 order by 1', [[2], [3], [4]]],
    ["select column2 from values (1, 'a'), (2, 'b') order by column1 desc", [['b'], ['a']]],
    ['select clinic.public.sales.id from clinic.public.sales where public.sales.id = 2', [[2]]],
    ['select 1 as a, a + 1 as b, b * 2 as c', [[1, 2, 4]]],
    ['select top 1 id from sales order by id desc', [[4]]],
    ['select (select max(id) from sales) + 1', [[5]]],
    ['select s.id, t.n from sales s, lateral (select s.id * 2 as n) t where s.id = 2', [[2, 4]]],
  ],
  numbers: [
    ['select 1/3, 10/4, 7 % 3, -7 % 3, 5::float/2', [[0.333333, 2.5, 1, -1, 2.5]]],
    ['select sum(amount)/count(*), avg(amount)::number(10,1) from sales', [[8.9375, 11.9]]],
    [
      "select 12.5::int, 12.4::int, true::int, '7'::int, round(2.345, 2), round(-2.5), trunc(2.99, 1), ceil(2.1), floor(-2.1)",
      [[13, 12, 1, 7, 2.35, -3, 2.9, 3, -3]],
    ],
    [
      "select div0(1, 0), zeroifnull(null), nullifzero(0), nvl(null, 3), nvl2(null, 1, 2), coalesce(null, 4), greatest(1, null), decode(2, 1, 'a', 2, 'b')",
      [[0, 0, null, 3, 2, 4, null, 'b']],
    ],
    [
      "select try_to_number('x'), try_to_number('12'), to_number('1.25', 5, 1), try_cast('x' as int), width_bucket(5, 0, 10, 5)",
      [[null, 12, 1.3, null, 3]],
    ],
  ],
  texts: [
    [
      "select concat('a', null), 'a' || null, concat_ws('-', 'a', 'b'), initcap('ab cd'), lpad('5', 3, '0'), split_part('a,b', ',', 2)",
      [[null, null, 'a-b', 'Ab Cd', '005', 'b']],
    ],
    [
      "select regexp_like('abc', 'b'), regexp_like('abc', '.b.'), 'ABC' rlike 'a.*', regexp_substr('a1b22', '[0-9]+'), regexp_substr('a', '[0-9]'), regexp_count('aba', 'a'), regexp_replace('a1', '[0-9]')",
      [[false, true, false, '1', null, 2, 'a']],
    ],
    [
      "select 'Abc' ilike 'a%', 'Abc' like 'a%', contains('abc', 'b'), startswith('abc', 'a'), endswith('abc', 'a'), charindex('b', 'abc'), strtok('a b.c', ' .', 3)",
      [[true, false, true, true, false, 2, 'c']],
    ],
    [
      "select 'it''s', 'back\\\\slash', $$dollar ' \"$$, 'new\\nline'",
      [["it's", 'back\\slash', `dollar ' "`, 'new\nline']],
    ],
    [
      "select to_varchar(1.50), to_varchar(1.0::float), to_varchar(true), to_varchar('2024-01-02'::date), 'abcdef'::varchar(3)",
      [['1.50', '1', 'true', '2024-01-02', 'abc']],
    ],
  ],
  dates: [
    [
      "select dateadd(month, 1, '2024-01-31'::date), dateadd(day, -1, '2024-03-01'::date), add_months('2024-02-29'::date, 1), last_day('2024-02-01'::date)",
      [[day('2024-02-29'), day('2024-02-29'), day('2024-03-31'), day('2024-02-29')]],
    ],
    [
      "select datediff(year, '2023-12-31', '2024-01-01'), datediff(month, '2024-01-31'::date, '2024-02-01'::date), datediff('hour', '2024-01-01 10:59:00', '2024-01-01 11:00:00'), datediff(week, '2024-01-07'::date, '2024-01-08'::date)",
      [[1, 1, 1, 1]],
    ],
    [
      "select date_trunc('month', sold), year(sold), quarter(sold), dayofweek(sold), dayname(sold), monthname(sold), to_char(sold, 'DD/MM/YYYY') from sales where id = 3",
      [[day('2024-02-01'), 2024, 1, 4, 'Thu', 'Feb', '29/02/2024']],
    ],
    [
      "select to_date('31/01/2024', 'DD/MM/YYYY'), try_to_date('no'), date_from_parts(2024, 3, 0), '2024-01-01'::date + 30, '2024-02-01'::date - '2024-01-01'::date",
      [[day('2024-01-31'), null, day('2024-02-29'), day('2024-01-31'), 31]],
    ],
    [
      "select months_between('2024-03-31'::date, '2024-02-29'::date), convert_timezone('UTC', 'America/New_York', '2024-01-01 12:00:00'::timestamp_ntz)::varchar",
      [[1, '2024-01-01 07:00:00.000']],
    ],
  ],
  VARIANT: [
    [
      'select note:tag, note:tag::varchar, note:n::int, note:list[1].k::string, note:"tag", note[\'n\'] from sales where id = 1',
      [['a', 'a', 9, 'y', 'a', 9]],
    ],
    ["select id from sales where note:tag = 'a'", [[1]]],
    ["select id from sales where note:tag::varchar = 'b' or note:tag in ('zz')", [[2]]],
    ['select id from sales where note:n > 9 order by id', [[2], [3]]],
    [
      'select note:tag is null, note:tag::varchar is null, note:missing is null, is_null_value(note:tag) from sales where id = 3',
      [[false, true, true, true]],
    ],
    [
      "select upper(note:tag), note:tag || '!', length(note:tag), note:tag like 'a%' from sales where id = 1",
      [['A', 'a!', 1, true]],
    ],
    [
      'select id, f.index, f.value:k::string from sales, lateral flatten(input => note:list) f order by 1, 2',
      [
        [1, 0, 'x'],
        [1, 1, 'y'],
      ],
    ],
    [
      'select id, f.value:k::string from sales, lateral flatten(input => note:list, outer => true) f order by 1, 2',
      [
        [1, 'x'],
        [1, 'y'],
        [2, null],
        [3, null],
        [4, null],
      ],
    ],
    ['select f.key, f.path, f.value from table(flatten(parse_json(\'{"a":1}\'))) f', [['a', 'a', 1]]],
    [
      "select object_construct('a', 1, 'b', null), array_construct(1, null, 'x'), array_agg(id) within group (order by id desc) from sales",
      [[{ a: 1 }, [1, null, 'x'], [4, 3, 2, 1]]],
    ],
    [
      "select typeof(note:list), array_size(note:list), to_json(note:list[0]), array_contains('x'::variant, array_construct('x')), try_parse_json('{') from sales where id = 1",
      [['ARRAY', 2, '{"k":"x"}', true, null]],
    ],
    [
      'select note:tag t, count(*) from sales where id < 3 group by 1 order by 2, max(id)',
      [
        ['a', 1],
        ['b', 1],
      ],
    ],
  ],
}

for (const [theme, list] of Object.entries(cases))
  describe(theme, () => {
    test.each(list)('%s', async (sql, expected) => {
      expect(await rows(sql)).toEqual(expected)
    })
  })

describe('a statement that would not mean the same is refused', () => {
  test.each([
    ['a function that is not known', 'select nothing_of_the_kind(1)', '002140'],
    ["a function of DuckDB's own", "select current_setting('TimeZone')", '002140'],
    ['an unknown column', 'select nope from sales', '000904'],
    ['a quoted name in another case', 'select "id" from sales', '000904'],
    ['an ordering by a VARIANT', 'select id from sales order by note', '000002'],
    ['the smallest VARIANT', 'select min(note:n) from sales', '000002'],
    ['a sample by rows', 'select id from sales sample (2 rows)', '000002'],
    ['time travel', 'select id from sales at(offset => -60)', '000002'],
    ['a division by zero', 'select amount / 0 from sales', '100051'],
    ['a cast that fails', "select 'x'::int", '100038'],
    ['a column that is not grouped', 'select id, count(*) from sales group by region', '000979'],
    ['a text that is no SQL', 'selec 1', '000002'],
    ['an unfinished text', "select 'abc", '001003'],
    ['CONNECT BY', 'select id from sales connect by prior id = id', '000002'],
    ['a stage', 'select * from @stage/file.csv', '000002'],
    ['COPY INTO from a query over files', 'copy into sales from (select $1 from @~)', '000002'],
    ['COPY INTO that goes on after an error', 'copy into sales from @~ on_error = continue', '000002'],
    ['a transfer by pattern', "get @~ file:///tmp pattern = 'x'", '000002'],
  ])('%s', async (_, sql, code) => {
    expect(await failureOf(execute(connection, sql))).toMatchObject({ code })
  })
})

describe("output names are Snowflake's", () => {
  test.each([
    [
      'select count(*), upper( region ), region r, "ID", amount+1, 1, \'abc\' from sales group by all',
      ['COUNT(*)', 'UPPER( REGION )', 'R', 'ID', 'AMOUNT+1', '1', "'ABC'"],
    ],
    [
      'select sales.id, s."x y", note:tag::varchar from sales, (select 1 as "x y") s',
      ['ID', 'x y', 'NOTE:TAG::VARCHAR'],
    ],
    ['select * from (select count(*) from sales)', ['COUNT(*)']],
    ['select case when id = 1 then 1 end /* why */ from sales', ['CASE WHEN ID = 1 THEN 1 END']],
    [
      "select * from (select region, amount from sales) pivot(sum(amount) for region in ('north', 'south' as s))",
      ["'north'", 'S'],
    ],
    ['select id from sales union select 1 as other', ['ID']],
  ])('%s', async (sql, names) => {
    const { statement } = await execute(connection, sql)
    expect(statement.getColumns()?.map((column) => column.getName())).toEqual(names)
  })
})
