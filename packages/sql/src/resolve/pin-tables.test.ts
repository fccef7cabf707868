import { describe, expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const number = (name: string) => ({ name, type: 'NUMBER(38,0)' })
const catalog = {
  CLINIC: {
    PUBLIC: {
      PATIENTS: {
        columns: [
          number('PATIENT_ID'),
          { name: 'NAME', type: 'VARCHAR' },
          number('SEX'),
          { name: 'MRN', type: 'VARCHAR' },
        ],
      },
      LABS: {
        columns: [
          number('LAB_ID'),
          number('PATIENT_ID'),
          { name: 'RESULT', type: 'FLOAT' },
          { name: 'CODE', type: 'VARCHAR' },
        ],
      },
      ENCOUNTERS: { columns: [number('ENCOUNTER_ID'), number('PATIENT_ID'), number('COST')] },
      TYPELESS: ['PATIENT_ID', 'X'],
      FIVES: {
        columns: [number('PATIENT_ID'), { name: 'RESULT', type: 'FLOAT' }],
        definition: 'select patient_id, result from labs where patient_id = 5',
      },
    },
  },
}
const analyze = (text: string) => analyzer.analyze(text, { catalog, database: 'CLINIC', schema: 'PUBLIC' })

/** Each use of a table with its pins and equalities, as short texts, the constants as they are written. */
const usesOf = (text: string): string[] => {
  const { summary, executableText } = analyze(text)
  if (summary.status === 'unsupported') throw new Error(`${summary.reason.code}: ${summary.reason.message}`)
  const last = (name: string) => name.split('.').slice(2).join('.')
  return (summary.tableUses ?? []).map(({ table, pins, equals }) =>
    [
      last(table),
      ...pins.map(
        ({ column, constants }) =>
          `${last(column)}=${constants.map((place) => ('bind' in place ? `#${place.bind}` : executableText.slice(place.start, place.end))).join()}`,
      ),
      ...equals.map(({ column, use, to }) => `${last(column)}~${use}.${last(to)}`),
    ].join(' '),
  )
}
const pinsOf = (text: string): string[] => usesOf(text).filter((use) => use.includes('='))

describe('a column is pinned', () => {
  test.each([
    ['select result from labs where patient_id = 5', ['LABS LABS.PATIENT_ID=5']],
    ['select result from labs where 5 = patient_id', ['LABS LABS.PATIENT_ID=5']],
    ['select result from labs l where (l.patient_id) = (5) and result > 3', ['LABS LABS.PATIENT_ID=5']],
    ["select result from labs where patient_id in (5, '7', ?)", ["LABS LABS.PATIENT_ID=5,'7',#1"]],
    ['select ? as a, result from labs where lab_id > ? and patient_id = ?', ['LABS LABS.PATIENT_ID=#3']],
    ['select result from labs where patient_id = :2 and lab_id > :1', ['LABS LABS.PATIENT_ID=#2']],
    ['select max(result) from labs where patient_id in (5, 7)', ['LABS LABS.PATIENT_ID=5,7']],
    [
      'select result from labs where patient_id = 5 union all select cost from encounters where patient_id = 7',
      ['LABS LABS.PATIENT_ID=5', 'ENCOUNTERS ENCOUNTERS.PATIENT_ID=7'],
    ],
    [
      'with x as (select * from labs where patient_id = 5) select max(result) from x',
      ['LABS LABS.PATIENT_ID=5'],
    ],
    ['select x.result from (select * from labs where patient_id = 5) x', ['LABS LABS.PATIENT_ID=5']],
    ['select (select max(result) from labs where patient_id = 5)', ['LABS LABS.PATIENT_ID=5']],
    ['select result from labs as l(a, b, result, d) where l.b = 5', ['LABS LABS.PATIENT_ID=5']],
    ["select /* 😀 */ result from labs where /* 😀😀 */ patient_id = '5'", []],
  ])('%s', (text, expected) => {
    const attempt = () => pinsOf(text)
    if (expected.length === 0) expect(attempt).toThrow('unread-token')
    else expect(attempt()).toEqual(expected)
  })
})

describe('a table is bound to another by equality', () => {
  test.each([
    [
      'select 1 from patients p join labs l on l.patient_id = p.patient_id where p.patient_id = 5',
      [
        'PATIENTS PATIENTS.PATIENT_ID=5 PATIENTS.PATIENT_ID~1.LABS.PATIENT_ID',
        'LABS LABS.PATIENT_ID~0.PATIENTS.PATIENT_ID',
      ],
    ],
    [
      'select 1 from patients p left join labs l on l.patient_id = p.patient_id where p.patient_id = 5',
      ['PATIENTS PATIENTS.PATIENT_ID=5', 'LABS LABS.PATIENT_ID~0.PATIENTS.PATIENT_ID'],
    ],
    [
      'select 1 from labs l right join patients p on l.patient_id = p.patient_id where p.patient_id = 5',
      ['LABS LABS.PATIENT_ID~1.PATIENTS.PATIENT_ID', 'PATIENTS PATIENTS.PATIENT_ID=5'],
    ],
    [
      'select 1 from patients p full join labs l on l.patient_id = p.patient_id where p.patient_id = 5',
      ['PATIENTS PATIENTS.PATIENT_ID=5', 'LABS'],
    ],
    [
      'select 1 from patients p left join labs l on l.patient_id = p.patient_id where l.patient_id = 5',
      ['PATIENTS', 'LABS LABS.PATIENT_ID=5 LABS.PATIENT_ID~0.PATIENTS.PATIENT_ID'],
    ],
    [
      'select 1 from patients join labs using (patient_id) where patient_id = 5',
      [
        'PATIENTS PATIENTS.PATIENT_ID=5 PATIENTS.PATIENT_ID~1.LABS.PATIENT_ID',
        'LABS LABS.PATIENT_ID~0.PATIENTS.PATIENT_ID',
      ],
    ],
    [
      'select 1 from patients p left join labs l using (patient_id) where p.patient_id = 5',
      ['PATIENTS PATIENTS.PATIENT_ID=5', 'LABS LABS.PATIENT_ID~0.PATIENTS.PATIENT_ID'],
    ],
    [
      'select 1 from patients p, labs l where l.patient_id = p.patient_id and p.patient_id = 5',
      [
        'PATIENTS PATIENTS.PATIENT_ID=5 PATIENTS.PATIENT_ID~1.LABS.PATIENT_ID',
        'LABS LABS.PATIENT_ID~0.PATIENTS.PATIENT_ID',
      ],
    ],
    [
      'with p as (select * from patients where patient_id = 5) select 1 from p join labs l on l.patient_id = p.patient_id',
      ['PATIENTS PATIENTS.PATIENT_ID=5', 'LABS LABS.PATIENT_ID~0.PATIENTS.PATIENT_ID'],
    ],
    [
      'with q as (select patient_id k from patients where patient_id = 5), p as (select * from q limit 3) select 1 from p a, p b, labs l where l.patient_id = b.k',
      ['PATIENTS PATIENTS.PATIENT_ID=5', 'LABS LABS.PATIENT_ID~0.PATIENTS.PATIENT_ID'],
    ],
    [
      'select 1 from (select * from patients where patient_id = 5) p left join labs l on l.patient_id = p.patient_id',
      ['PATIENTS PATIENTS.PATIENT_ID=5', 'LABS LABS.PATIENT_ID~0.PATIENTS.PATIENT_ID'],
    ],
    [
      'select 1 from (select * from patients where patient_id = 5) p right join labs l on l.patient_id = p.patient_id',
      ['PATIENTS PATIENTS.PATIENT_ID=5', 'LABS'],
    ],
    [
      'with p as (select * from patients where patient_id = 5 union all select * from patients) select 1 from p join labs l on l.patient_id = p.patient_id',
      ['PATIENTS PATIENTS.PATIENT_ID=5', 'PATIENTS', 'LABS'],
    ],
    [
      'with p as (select (select patient_id from patients where patient_id = 6) as patient_id from patients q where q.patient_id = 5) select 1 from p join labs l on l.patient_id = p.patient_id',
      ['PATIENTS PATIENTS.PATIENT_ID=5', 'PATIENTS PATIENTS.PATIENT_ID=6', 'LABS'],
    ],
    [
      'with p as (select patient_id + 0 as patient_id from patients q where q.patient_id = 5) select 1 from p join labs l on l.patient_id = p.patient_id',
      ['PATIENTS PATIENTS.PATIENT_ID=5', 'LABS'],
    ],
    [
      'select 1 from patients p, labs l where (l.patient_id = p.patient_id or 1 = 1) and p.patient_id = 5',
      ['PATIENTS PATIENTS.PATIENT_ID=5', 'LABS'],
    ],
  ])('%s', (text, expected) => expect(usesOf(text)).toEqual(expected))
})

describe('nothing is pinned by', () => {
  test.each([
    ['OR', 'select result from labs where patient_id = 5 or lab_id = 1'],
    ['NOT', 'select result from labs where not patient_id = 5'],
    ['NOT IN', 'select result from labs where patient_id not in (5)'],
    ['CASE', 'select result from labs where case when patient_id = 5 then true else true end'],
    ['a comparison of the comparison', 'select result from labs where (patient_id = 5) = false'],
    ['another operator', 'select result from labs where patient_id <= 5 and patient_id >= 5'],
    ['EQUAL_NULL', 'select result from labs where equal_null(patient_id, 5)'],
    ['IS NOT DISTINCT FROM', 'select result from labs where patient_id is not distinct from 5'],
    ['a computed side', 'select result from labs where patient_id + 0 = 5'],
    ['a computed constant', 'select result from labs where patient_id = 2 + 3'],
    ['a conversion of the column', 'select result from labs where patient_id::varchar = 5'],
    ['a conversion of the constant', "select result from labs where patient_id = '5'::number"],
    ['NULL', 'select result from labs where patient_id = null'],
    ['NULL in a list', 'select result from labs where patient_id in (5, null)'],
    ['a session variable', 'select result from labs where patient_id = $who'],
    ['a bind of another form beside', 'select result from labs where patient_id = ? and lab_id = :1'],
    ['a fraction', 'select result from labs where patient_id = 5.0'],
    ['an exponent', 'select result from labs where patient_id = 5e0'],
    ['a text that is another form of a number', "select result from labs where patient_id = '5.0'"],
    ['a text with a zero in front', "select result from labs where patient_id = '05'"],
    ['a text with white space', "select result from labs where patient_id = ' 5'"],
    ['a boolean', 'select result from labs where patient_id = true'],
    ['a subquery', 'select result from labs where patient_id in (select patient_id from patients)'],
    ['a scalar subquery', 'select result from labs where patient_id = (select 5)'],
    ['ANY', 'select result from labs where patient_id = any (select 5)'],
    ['a row of columns', 'select result from labs where (patient_id, lab_id) in ((5, 1))'],
    ['a text column', "select result from labs where code = '5'"],
    ['a float column', 'select lab_id from labs where result = 5'],
    ['a text column against a number', 'select result from labs where code = 5'],
    ['a column of unknown type', 'select x from typeless where patient_id = 5'],
    ['HAVING', 'select patient_id, max(result) from labs group by patient_id having patient_id = 5'],
    ['QUALIFY', 'select result from labs qualify row_number() over (order by lab_id) = 1 and patient_id = 5'],
    ['ON', 'select 1 from patients p join labs l on l.patient_id = 5'],
    ['a select alias of the name', 'select 5 as patient_id, result from labs where patient_id = 5'],
    ['a replaced column', 'select * replace (5 as patient_id) from labs where patient_id = 5'],
    ['a column of a derived table', 'select x.result from (select * from labs) x where x.patient_id = 5'],
    ['a column of a CTE', 'with x as (select * from labs) select result from x where patient_id = 5'],
    [
      'a window below',
      'select x.m from (select patient_id, max(result) over () as m from labs) x where x.patient_id = 5',
    ],
    ['a sample', 'select result from labs sample (10) where patient_id = 5'],
    ['a table that is seen in the past', 'select result from labs at (offset => -60) where patient_id = 5'],
    ['a hierarchy', 'select result from labs where patient_id = 5 connect by prior lab_id = patient_id'],
    [
      'an ASOF join',
      'select 1 from encounters e asof join labs l match_condition (e.cost >= l.lab_id) on e.patient_id = l.patient_id where l.patient_id = 5 and e.patient_id = 5',
    ],
    [
      'a table function beside it',
      'select result from labs l, table(flatten(input => l.code)) f where patient_id = 5',
    ],
    ['a view', 'select result from fives'],
    ['a column of a view', 'select result from fives where patient_id = 5'],
    [
      'a list of the columns in another order',
      'select patient_id from labs as l(patient_id, b, c, d) where l.b > 3 and c = 5',
    ],
    [
      'a column around a subquery',
      'select 1 from patients p where exists (select 1 from labs l where p.patient_id = 5)',
    ],
    ['an outer USING', 'select 1 from patients left join labs using (patient_id) where patient_id = 5'],
    [
      'a recursion without it',
      'with recursive r as (select patient_id from labs union all select l.patient_id from labs l join r on l.patient_id = r.patient_id) select * from r where patient_id = 5',
    ],
  ])('%s', (_what, text) => expect(pinsOf(text)).toEqual([]))

  test('something that writes', () => {
    expect(pinsOf('delete from labs where patient_id = 5')).toEqual([])
    expect(pinsOf('update labs set code = 1 where patient_id = 5')).toEqual([])
    expect(pinsOf('insert into labs select * from labs where patient_id = 5')).toEqual([])
    expect(pinsOf('create table x as select * from labs where patient_id = 5')).toEqual([])
  })

  test('one use of several: each is told apart', () => {
    expect(usesOf('select (select count(*) from labs l2) from labs where patient_id = 5')).toEqual(
      expect.arrayContaining(['LABS', 'LABS LABS.PATIENT_ID=5']),
    )
    expect(usesOf('select result from labs where patient_id = 5 union all select result from labs')).toEqual([
      'LABS LABS.PATIENT_ID=5',
      'LABS',
    ])
  })

  test('a constant whose place a comment shifts is never read as another', () => {
    const text = 'select result from labs where patient_id =\n/*😀😀😀*/ 7 or\n5=5 and 3 > 2'
    expect(pinsOf(text)).toEqual([])
    for (const shift of [1, 2, 3, 4]) {
      const sql = `select result from labs where patient_id =\n/*${'😀'.repeat(shift)}*/ 7 and 5 = 5 and 3 = 3`
      expect(pinsOf(sql)).toEqual(['LABS LABS.PATIENT_ID=7'])
    }
  })

  test('the summary holds no literal', () => {
    const { summary } = analyze("select result from labs where patient_id in (424242, '434343')")
    expect(JSON.stringify(summary)).not.toMatch(/424242|434343/)
  })
})
