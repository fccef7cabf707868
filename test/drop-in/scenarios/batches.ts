import { briefly, rowsOf } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Connection, Statement } from '../subject.ts'

/** Reads every result of a batch, by `hasNext` and `NextResult`. */
const readBatch = async (connection: Connection, options: Record<string, unknown>): Promise<unknown> =>
  await new Promise((resolve) => {
    const seen: unknown[] = []
    connection.execute({
      ...options,
      complete: (error: unknown, statement: Statement, rows: unknown) => {
        seen.push(
          error
            ? briefly(error)
            : [
                rows,
                statement.getSqlText(),
                statement.getNumRows(),
                statement.getNumUpdatedRows(),
                statement.hasNext?.(),
              ],
        )
        if (!error && statement.hasNext?.()) statement.NextResult?.()
        else setTimeout(() => resolve(seen), 20)
      },
    })
  })

export const batchScenarios: readonly Scenario[] = [
  {
    name: 'several statements in one text',
    differs: [
      {
        member: 'statement.hasNext',
        kind: 'differs',
        at: '2.0.4',
        governed: /^false$/,
        why: 'every statement has it; of the driver’s only those of several results',
      },
    ],
    shows: ['execute.parameters', 'statement.hasNext', 'statement.NextResult'],
    run: async (subject) => {
      const connection = await subject.open()
      return [
        await readBatch(connection, {
          sqlText: 'select 1 as X; select 2 as Y; select ID from KINDS order by ID limit 2',
          parameters: { MULTI_STATEMENT_COUNT: 3 },
        }),
        await readBatch(connection, {
          sqlText:
            "insert into SCRATCH values (5, 'five'); select B from SCRATCH where A = 5; delete from SCRATCH where A = 5;",
          parameters: { MULTI_STATEMENT_COUNT: 0 },
        }),
        await readBatch(connection, { sqlText: 'select 1 as X', parameters: { MULTI_STATEMENT_COUNT: 1 } }),
      ]
    },
  },
  {
    name: 'a text with another number of statements than was said, and one that fails',
    shows: ['execute.parameters'],
    run: async (subject) => {
      const connection = await subject.open()
      return [
        await readBatch(connection, {
          sqlText: 'select 1 as X; select 2 as Y',
          parameters: { MULTI_STATEMENT_COUNT: 3 },
        }),
        await readBatch(connection, { sqlText: 'select 1 as X; select 2 as Y' }),
        await readBatch(connection, {
          sqlText: 'select 1 as X; select 1 / (ID - ID) as Y from KINDS',
          parameters: { MULTI_STATEMENT_COUNT: 0 },
        }),
      ]
    },
  },
  {
    name: 'several statements in one text, where the session lets every text have them',
    differs: [
      {
        member: 'statement.hasNext',
        kind: 'differs',
        at: '2.0.4',
        governed: /^false$/,
        why: 'every statement has it; of the driver’s only those of several results',
      },
    ],
    shows: ['statement.hasNext', 'statement.NextResult'],
    run: async (subject) => {
      const connection = await subject.open()
      const set = async (value: string) => await rowsOf(connection, `alter session ${value}`)
      await set('set MULTI_STATEMENT_COUNT = 0')
      const several = [
        await readBatch(connection, { sqlText: 'select 1 as X; select 2 as Y; -- done' }),
        await readBatch(connection, {
          sqlText:
            "insert into SCRATCH values (6, 'six'); select B from SCRATCH where A = 6; delete from SCRATCH where A = 6",
        }),
        await readBatch(connection, { sqlText: "select ';' as X -- one; alone" }),
        await readBatch(connection, {
          sqlText: 'select 1 as X; select 2 as Y',
          parameters: { MULTI_STATEMENT_COUNT: 3 },
        }),
      ]
      await set('unset MULTI_STATEMENT_COUNT')
      return [...several, await readBatch(connection, { sqlText: 'select 1 as X; select 2 as Y' })]
    },
  },
  {
    name: 'several statements in one text, streamed',
    shows: ['statement.hasNext', 'statement.NextResult'],
    differs: [
      {
        member: 'statement.NextResult',
        kind: 'differs',
        at: '',
        governed: /^\[\[null,\[\{"X":1\}\]\],\[null,\[\{"Y":2\}\]\]\]$/,
        why: 'with `streamResult`, `complete` is called once for each statement; the driver calls it once more before, with a statement without columns',
      },
    ],
    run: async (subject) => {
      const connection = await subject.open()
      return await new Promise((resolve) => {
        const seen: unknown[] = []
        connection.execute({
          sqlText: 'select 1 as X; select 2 as Y',
          parameters: { MULTI_STATEMENT_COUNT: 2 },
          streamResult: true,
          complete: async (error: unknown, statement: Statement) => {
            if (!statement.getColumns()) {
              seen.push('a call without columns')
              return
            }
            seen.push([error, await statement.streamRows().toArray()])
            if (statement.hasNext?.()) statement.NextResult?.()
            else resolve(seen)
          },
        })
      })
    },
  },
  {
    name: 'a transaction that is rolled back, and one that is committed',
    shows: ['connection.execute'],
    run: async (subject) => {
      const connection = await subject.open()
      const seen: unknown[] = []
      for (const sqlText of [
        'begin',
        "insert into SCRATCH values (31, 'gone')",
        'select count(*) as N from SCRATCH where A = 31',
        'rollback',
        'select count(*) as N from SCRATCH where A = 31',
        'begin transaction',
        "insert into SCRATCH values (32, 'kept')",
        'commit',
        'delete from SCRATCH where A = 32',
      ])
        seen.push(await rowsOf(connection, sqlText))
      return seen
    },
  },
]
