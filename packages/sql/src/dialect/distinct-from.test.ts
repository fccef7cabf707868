import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = {
  C: {
    P: {
      T: {
        columns: [
          { name: 'ID', type: 'NUMBER(38,0)' },
          { name: 'X', type: 'VARCHAR' },
        ],
      },
    },
  },
}
const analyze = (sql: string) => {
  const { summary } = analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' })
  if (summary.status !== 'analyzed') throw new Error(summary.reason.message)
  return summary
}

const forms = [
  'is distinct from',
  'is not distinct from',
  'IS\nNOT DISTINCT\tFROM',
  'is /* not */ distinct from',
]

test.each(forms)('what follows %s is no part of its right side', (form) => {
  const pinned = (where: string) =>
    (analyze(`select x from t where ${where}`).tableUses ?? [])[0]?.pins.length ?? 0
  expect(pinned(`id = 5 and x ${form} 'a'`)).toBe(1)
  expect(pinned(`x ${form} 'a' and id = 5`)).toBe(1)
  expect(pinned(`(x ${form} 'a' or true) and id = 5`)).toBe(1)
  expect(pinned(`id = 5 and x ${form} 'a' or true`)).toBe(0)
  expect(pinned(`id = 5 and not x ${form} 'a' or true`)).toBe(0)
  expect(pinned(`id = 5 and (x) ${form} ('a') or x = 'b'`)).toBe(0)
  expect(pinned(`id ${form} 5`)).toBe(0)
})

test.each(forms)('a condition on the size of a group is not taken for one that must hold: %s', (form) => {
  const minimum = (having: string) =>
    analyze(`select count(*) as n from t group by x having ${having}`).aggregation?.minimumGroupSize
  expect(minimum(`count(*) >= 11 and x ${form} 'a'`)).toBe(11)
  expect(minimum(`count(*) >= 11 and x ${form} 'a' or true`)).not.toBe(11)
})

test('both columns are looked at, in the select list too', () => {
  expect(analyze('select x is not distinct from id as same from t').outputs).toMatchObject([
    { columns: ['C.P.T.ID', 'C.P.T.X'] },
  ])
})

test('it is no clause before a named window', () => {
  const sql = `select sum(id) over w as s from t where x is distinct from 'a' window w as (partition by x)`
  expect(analyze(sql).outputs).toMatchObject([{ columns: ['C.P.T.ID', 'C.P.T.X'] }])
})
