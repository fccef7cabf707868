import { expect, test } from 'vitest'
import { createSqlAnalyzer } from './analyzer.ts'

const analyzer = await createSqlAnalyzer()
const session = { database: 'C', schema: 'S' }

test('the same text, names and catalogue are answered by the same object, which nobody can change', () => {
  const catalog = { C: { S: { T: ['A'] } } }
  const first = analyzer.analyze('select a from t', { catalog, ...session })
  expect(analyzer.analyze('select a from t', { catalog, ...session })).toBe(first)
  expect(Object.isFrozen(first.summary)).toBe(true)
  expect(() => (first.summary.effects as string[]).push('drop')).toThrow(TypeError)
})

test('another catalogue, schema or database is another question', () => {
  const catalog = { C: { S: { T: ['A'] }, R: { T: ['A'] } } }
  const inS = analyzer.analyze('select a from t', { catalog, ...session })
  expect(analyzer.analyze('select a from t', { catalog, database: 'C', schema: 'R' })).not.toBe(inS)
  expect(analyzer.analyze('select a from t', { catalog: { C: { S: {} } }, ...session }).summary.status).toBe(
    'unsupported',
  )
})

test('what was used least recently is forgotten', () => {
  const catalog = { C: { S: { T: ['A'] } } }
  const first = analyzer.analyze('select a from t', { catalog, ...session })
  for (let index = 0; index < 1_000; index += 1)
    analyzer.analyze(`show tables limit ${index}`, { catalog, ...session })
  const again = analyzer.analyze('select a from t', { catalog, ...session })
  expect(again).not.toBe(first)
  expect(again).toEqual(first)
})
