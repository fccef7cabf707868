import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'
import { bareFunctions, builtinFunctions } from '../functions/builtin-names.ts'
import { datePartWords, grammarWords, typeWords } from '../lexer/keywords.ts'

const analyzer = await createSqlAnalyzer()

/** Words of the grammar, types, date parts and functions, which Snowflake mostly allows as names of columns. */
// Snowflake, Reserved and limited keywords: no column is called so without quotes.
const reserved = new Set(
  `ALL ALTER AND ANY AS BETWEEN BY CASE CAST CHECK COLUMN CONNECT CONSTRAINT CREATE CROSS CURRENT DELETE DISTINCT DROP ELSE
  EXISTS FALSE FOLLOWING FOR FROM FULL GRANT GROUP HAVING ILIKE IN INCREMENT INNER INSERT INTERSECT INTO IS JOIN LATERAL LEFT
  LIKE MINUS NATURAL NOT NULL OF ON OR ORDER QUALIFY REGEXP REVOKE RIGHT RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE
  TABLESAMPLE THEN TO TRIGGER TRUE TRY_CAST UNION UNIQUE UPDATE USING VALUES WHEN WHENEVER WHERE WITH`.split(
    /\s+/,
  ),
)
const words = [...new Set([...grammarWords, ...typeWords, ...datePartWords, ...builtinFunctions])]
  .concat([
    'JSON',
    'BLOB',
    'CLOB',
    'BYTES',
    'BYTEA',
    'XML',
    'STRUCT',
    'ENUM',
    'NVARCHAR',
    'INT64',
    'REGCLASS',
    'BIT',
    'MONEY',
  ])
  .filter((word) => !bareFunctions.has(word) && !reserved.has(word) && /^[A-Z_][A-Z0-9_]*$/.test(word))

/** Each asks for a value of the column, in whatever form. */
const forms = [
  (word: string) => `select ${word} from t`,
  (word: string) => `select ${word} as x from t`,
  (word: string) => `select ${word} x from t`,
  (word: string) => `select ${word}, 1 from t`,
  (word: string) => `select 1, ${word} from t`,
  (word: string) => `select t.${word} from t`,
  (word: string) => `select (${word}) from t`,
  (word: string) => `select ${word}:a from t`,
  (word: string) => `select ${word} :a from t`,
  (word: string) => `select ${word}:a:b::varchar from t`,
  (word: string) => `select ${word}:"a" from t`,
  (word: string) => `select ${word}:a[0].b from t`,
  (word: string) => `select ${word}[0] from t`,
  (word: string) => `select ${word} [0] from t`,
  (word: string) => `select ${word}['a'] from t`,
  (word: string) => `select ${word}.a from t`,
  (word: string) => `select ${word}::varchar from t`,
  (word: string) => `select ${word} || 'a' from t`,
  (word: string) => `select 'a' || ${word} from t`,
  (word: string) => `select -${word} from t`,
  (word: string) => `select ${word} + 1 from t`,
  (word: string) => `select 1 * ${word} from t`,
  (word: string) => `select upper(${word}) from t`,
  (word: string) => `select upper(${word}:a) from t`,
  (word: string) => `select coalesce(${word}, 1) from t`,
  (word: string) => `select cast(${word} as varchar) from t`,
  (word: string) => `select cast(${word}:a as varchar) from t`,
  (word: string) => `select case when true then ${word} end from t`,
  (word: string) => `select case when true then ${word}:a end from t`,
  (word: string) => `select case ${word} when 1 then 2 end from t`,
  (word: string) => `select iff(true, ${word}, 1) from t`,
  (word: string) => `select [${word}] from t`,
  (word: string) => `select {'a': ${word}} from t`,
  (word: string) => `select ${word} collate 'en' from t`,
  (word: string) => `select ${word} = 1 from t`,
  (word: string) => `select ${word} in (1, 2) from t`,
  (word: string) => `select ${word} between 1 and 2 from t`,
  (word: string) => `select ${word} like 'a' from t`,
  (word: string) => `select max(${word}) from t`,
  (word: string) => `select (select ${word}) from t`,
]

test.each(forms.map((form) => [form('WORD'), form] as const))(
  'a column is never taken for something else, whatever its name: %s',
  (_shown, form) => {
    const lost = words.filter((word) => {
      const catalog = { C: { P: { T: [word] } } }
      const { summary } = analyzer.analyze(form(word), { catalog, database: 'C', schema: 'P' })
      return (
        summary.status === 'analyzed' &&
        !summary.outputs.some(({ columns }) => columns.some((column) => column.startsWith('C.P.T.')))
      )
    })
    expect(lost).toEqual([])
  },
)

/** Each looks at a value of the column in a clause. */
const clauses = [
  (word: string) => `select 1 from t where ${word} = 1`,
  (word: string) => `select 1 from t where ${word}:a = 1`,
  (word: string) => `select 1 from t where ${word}[0] = 1`,
  (word: string) => `select 1 from t where 1 = ${word} and true`,
  (word: string) => `select 1 from t where not ${word}`,
  (word: string) => `select 1 from t group by ${word}`,
  (word: string) => `select 1 from t group by ${word}:a`,
  (word: string) => `select 1 from t order by ${word}`,
  (word: string) => `select 1 from t order by ${word}:a desc`,
  (word: string) => `select count(*) from t having max(${word}:a) = 1`,
  (word: string) => `select 1 from t qualify row_number() over (order by ${word}:a) = 1`,
  (word: string) => `select 1 from t qualify row_number() over (partition by ${word} order by 1) = 1`,
  (word: string) => `select 1 from t a join t b on a.${word} = b.${word}`,
  (word: string) => `update t set x = 1 where ${word}:a = 1`,
  (word: string) => `delete from t where ${word}:a = 1`,
]

test.each(clauses.map((clause) => [clause('WORD'), clause] as const))(
  'a clause looks at a column, whatever its name: %s',
  (_shown, clause) => {
    const lost = words.filter((word) => {
      const catalog = { C: { P: { T: [word, 'X'] } } }
      const { summary } = analyzer.analyze(clause(word), { catalog, database: 'C', schema: 'P' })
      return summary.status === 'analyzed' && !summary.reads.some(({ columns }) => columns.includes(word))
    })
    expect(lost).toEqual([])
  },
)

test('paths into columns that are called like types are read', () => {
  for (const word of ['JSON', 'DATE', 'TEXT', 'ARRAY', 'INTERVAL', 'BLOB', 'STRING', 'OBJECT', 'VARIANT']) {
    const catalog = { C: { P: { T: [word] } } }
    for (const sql of [`select ${word}:a::varchar as x from t`, `select upper(${word}:a.b[0]) as x from t`]) {
      const { summary } = analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' })
      expect(summary).toMatchObject({ status: 'analyzed', outputs: [{ columns: [`C.P.T.${word}`] }] })
    }
  }
})

test('what is a type stays one', () => {
  const catalog = { C: { P: { T: ['A'] } } }
  for (const sql of [
    'select a::array[0] as x from t',
    'select a::object:b as x from t',
    'select cast(a as array)[0] as x from t',
    "select date '2020-01-01' as x from t",
    "select interval '1 day' as x from t",
  ]) {
    const { summary } = analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' })
    if (summary.status === 'analyzed')
      expect(summary.outputs[0]?.columns).toEqual(
        sql.includes('a::') || sql.includes('(a') ? ['C.P.T.A'] : [],
      )
  }
})

test('a string behind the name of a type is a literal of dates and times alone', () => {
  const analyze = (sql: string) =>
    analyzer.analyze(sql, { catalog: { C: { P: { T: ['JSON', 'TEXT'] } } }, database: 'C', schema: 'P' })
      .summary
  for (const type of ['json', 'text', 'array', 'bigint', 'varchar', 'binary', 'uuid', 'boolean', 'float'])
    expect(analyze(`select ${type} 'a' from t`).status).toBe('unsupported')
  for (const literal of ["date '2020-01-01'", "time '10:00'", "timestamp '2020-01-01'"])
    expect(analyze(`select ${literal} from t`).status).toBe('analyzed')
})
