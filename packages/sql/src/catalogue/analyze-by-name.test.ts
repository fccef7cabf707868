import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'
import { analyzeByName } from './analyze-by-name.ts'
import { KnownTables } from './known-tables.ts'
import { readSimilarTables } from './read-similar-tables.ts'
import { readTable } from './read-table.ts'
import { similarTablesStatements, tableStatements } from './table-statements.ts'

interface Stored {
  readonly columns: readonly (readonly [name: string, type: string])[]
  readonly definition?: string
}

/** What a warehouse holds, by the name that DESCRIBE would be given. */
const warehouse: Readonly<Record<string, Stored>> = {
  'CLINIC.PUBLIC.PATIENTS': {
    columns: [
      ['ID', 'NUMBER(38,0)'],
      ['SSN', 'VARCHAR(16777216)'],
    ],
  },
  'CLINIC.PUBLIC.VISITS': { columns: [['ID', 'NUMBER(38,0)']] },
  'CLINIC.PUBLIC.V': {
    columns: [['X', 'VARCHAR(16777216)']],
    definition:
      'create view V(X) as select upper(p.ssn) from patients p join visits v on v.id = p.id join other.s.t on true;',
  },
  'CLINIC.PUBLIC.SECURE': { columns: [['X', 'VARCHAR(16777216)']] },
  'OTHER.S.T': { columns: [['Z', 'FLOAT']] },
  'CLINIC.PUBLIC."__proto__"': { columns: [['Y', 'TEXT']] },
  'CLINIC.PUBLIC.C': { columns: [['N', 'NUMBER(38,0)']] },
}

const analyzer = await createSqlAnalyzer()

const open = () => {
  const texts: string[] = []
  const known = new KnownTables()
  const read = async (text: string): Promise<readonly (readonly unknown[])[]> => {
    texts.push(text)
    const described = /^describe table (.*)$/.exec(text)?.[1]
    if (described !== undefined) {
      const stored = warehouse[described]
      if (stored === undefined) throw new Error('does not exist or not authorized')
      return stored.columns
    }
    const [, schema, table] = /TABLE_SCHEMA = '(.*)' and TABLE_NAME = '(.*)'/.exec(text) ?? []
    if (table !== undefined) {
      const definition = warehouse[`CLINIC.${schema}.${table}`]?.definition
      return definition === undefined ? [] : [[schema, table, definition]]
    }
    return [[null, 'PATIENTS', 'TABLE', 'CLINIC', 'PUBLIC']]
  }
  const analyze = (sql: string) =>
    analyzeByName(
      analyzer,
      sql,
      { database: 'CLINIC', schema: 'PUBLIC' },
      {
        current: async () => known.structure,
        lookUp: (names) => known.lookUp(names, (name) => readTable(name, read).catch(() => null)),
        suggest: (name) => known.suggest(name, (wanted) => readSimilarTables(wanted, read)),
      },
    )
  const columnsOf = async (sql: string) => {
    const { summary } = await analyze(sql)
    return summary.status === 'analyzed' ? summary.outputs.map(({ columns }) => columns) : summary.reason.code
  }
  return { texts, analyze, columnsOf }
}

test('the tables of a statement are looked up, and its view through its definition', async () => {
  const { columnsOf, texts } = open()
  expect(await columnsOf('select * from patients')).toEqual([
    ['CLINIC.PUBLIC.PATIENTS.ID'],
    ['CLINIC.PUBLIC.PATIENTS.SSN'],
  ])
  expect(await columnsOf('select x from v')).toEqual([['CLINIC.PUBLIC.PATIENTS.SSN']])
  expect(texts.filter((text) => text.startsWith('describe'))).toEqual([
    'describe table CLINIC.PUBLIC.PATIENTS',
    'describe table CLINIC.PUBLIC.V',
    'describe table CLINIC.PUBLIC.VISITS',
    'describe table OTHER.S.T',
  ])
})

test('a view without a definition is a table of its own, and a table may have any name', async () => {
  const { columnsOf } = open()
  expect(await columnsOf('select x from secure')).toEqual([['CLINIC.PUBLIC.SECURE.X']])
  expect(await columnsOf('select y from "__proto__"')).toEqual([['CLINIC.PUBLIC."__proto__".Y']])
  expect(await columnsOf('select 1 from "constructor"')).toBe('unknown-table')
})

test('a name that could be a table or an expression is looked up before it means either', async () => {
  const { columnsOf } = open()
  // PATIENTS means the table in the anchor, and C both the table and the expression, whose lineage is joined.
  expect(
    await columnsOf(
      'with c as (select id as n from patients union all select n from c where n < 9) select n from c',
    ),
  ).toEqual([['CLINIC.PUBLIC.C.N', 'CLINIC.PUBLIC.PATIENTS.ID']])
  expect(await columnsOf('select 1 from dual')).toEqual([[]])
})

test('a name that does not exist is looked up once, and told with one that may be meant', async () => {
  const { analyze, texts } = open()
  const { summary } = await analyze('select 1 from patiens')
  expect(summary).toMatchObject({ reason: { code: 'unknown-table' } })
  expect(summary.status === 'unsupported' && summary.reason.hint).toContain(
    'did you mean `CLINIC.PUBLIC.PATIENTS`?',
  )
  const before = texts.length
  await analyze('select 2 from patiens')
  expect(texts.length).toBe(before)
})

test('many tables of one statement are looked up at the same time', async () => {
  let most = 0
  let running = 0
  const known = new KnownTables()
  await analyzeByName(
    analyzer,
    'select 1 from a, b, (select 1 from d.e."f" where exists (select 1 from g)), t at(offset => -1)',
    { database: 'CLINIC', schema: 'PUBLIC' },
    {
      current: async () => known.structure,
      lookUp: (names) =>
        known.lookUp(names, async () => {
          running += 1
          most = Math.max(most, running)
          await new Promise((resolve) => setTimeout(resolve, 5))
          running -= 1
          return null
        }),
      suggest: async () => undefined,
    },
  )
  expect(most).toBe(5)
})

test('the statements that are sent are metadata reads themselves, under any names', () => {
  for (const name of [
    { database: 'CLINIC', schema: 'PUBLIC', table: 'PATIENTS' },
    { database: 'my "clinic"', schema: "it's", table: 'a \\ b' },
  ]) {
    for (const text of [...tableStatements(name), ...similarTablesStatements(name)]) {
      const { summary } = analyzer.analyze(text, {
        catalog: { [name.database]: {} },
        database: null,
        schema: null,
      })
      expect(summary).toMatchObject({ status: 'analyzed', effects: ['metadata'] })
    }
  }
})
