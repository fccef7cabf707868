import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { S: { P: ['A', 'B'] } } }
const analyze = (text: string) => analyzer.analyze(text, { catalog, database: 'C', schema: 'S' }).summary

test.each([
  ['grant select on table p to role r', ['grant']],
  ['grant select (a) on c.s.p to share x', ['grant', 'share']],
  ['revoke all privileges on p from role r', ['grant']],
])('%s names the table whose privileges change', (text, effects) => {
  expect(analyze(text)).toMatchObject({
    status: 'analyzed',
    effects,
    writes: effects.map((effect) => ({ table: 'C.S.P', effect, columns: [] })),
  })
})

test.each([
  'grant role r to user u',
  'grant usage on schema s to role r',
  'grant select on all tables in schema s to role r',
])('%s names no table and is not followed', (text) => {
  expect(analyze(text)).toMatchObject({ status: 'unsupported', effects: ['grant'] })
})

test('a comment on a column changes its table', () => {
  expect(analyze("comment on column p.a is 'x'")).toMatchObject({
    kind: 'comment',
    effects: ['alter'],
    writes: [{ table: 'C.S.P', effect: 'alter' }],
  })
  expect(analyze("comment on schema s is 'x'")).toMatchObject({ status: 'unsupported' })
})
