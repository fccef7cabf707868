import { expect, test } from 'vitest'
import { splitStatements } from './split-statements.ts'

const textsOf = (text: string) => splitStatements(text).map((part) => part.text)

test('semicolons split, except in strings, names and comments', () => {
  expect(textsOf(`select ';', ";" /* ; */; -- ;\n drop table t;;`)).toEqual([
    `select ';', ";"`,
    'drop table t',
  ])
})

test('a scripting block is one statement, a transaction is not', () => {
  expect(textsOf('begin let x := 1; return x; end;')).toHaveLength(1)
  expect(textsOf('declare x int; begin return 1; end')).toHaveLength(1)
  expect(textsOf('begin; delete from t; commit')).toEqual(['begin', 'delete from t', 'commit'])
  expect(textsOf('begin transaction; commit;')).toEqual(['begin transaction', 'commit'])
})

test('each part tells where it starts', () => {
  expect(splitStatements('select 1;\n  select 2')[1]).toEqual({
    text: 'select 2',
    written: '\n  select 2',
    binds: 0,
    offset: 12,
    line: 2,
    column: 3,
  })
})

test('nothing is no statement', () => {
  expect(splitStatements(' ; /* x */ ;')).toEqual([])
})
