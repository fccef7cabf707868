import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['ID', 'MAX', 'KIND', 'COST'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' }).summary

test('a column that is called like the aggregate of PIVOT is kept', () => {
  expect(analyze(`select object_construct(*) as o from t pivot (max(cost) for kind in ('a'))`)).toMatchObject(
    {
      status: 'analyzed',
      outputs: [{ columns: ['C.P.T.COST', 'C.P.T.ID', 'C.P.T.KIND', 'C.P.T.MAX'] }],
    },
  )
  expect(analyze(`select object_construct(*) as o from t pivot (max(max) for kind in ('a'))`)).toMatchObject({
    status: 'analyzed',
    outputs: [{ columns: ['C.P.T.COST', 'C.P.T.ID', 'C.P.T.KIND', 'C.P.T.MAX'] }],
  })
  expect(analyze(`select max from t pivot (max(max) for kind in ('a'))`).status).toBe('unsupported')
})
