import { briefly, execute } from '../observe.ts'
import type { Scenario } from '../scenario.ts'

export const failingScenarios: readonly Scenario[] = [
  {
    name: 'a statement that names what is not there, and one that is two',
    shows: ['errors'],
    run: async (subject) => {
      const connection = await subject.shared()
      const seen: unknown[] = []
      for (const sqlText of [
        'select NOTHING from KINDS',
        'select * from NO_SUCH_TABLE',
        'select 1; select 2',
      ]) {
        const { error, rows, argumentCount } = await execute(connection, { sqlText })
        seen.push([briefly(error), rows, argumentCount])
      }
      return seen
    },
  },
  {
    name: 'a statement that fails in the warehouse',
    shows: ['errors'],
    run: async (subject) => {
      const connection = await subject.shared()
      const seen: unknown[] = []
      for (const sqlText of [
        'select 1 / (ID - ID) as X from KINDS',
        "select WORDS::int as X from KINDS where WORDS = 'plain text'",
        'drop table KINDS',
      ]) {
        const { error, rows, argumentCount } = await execute(connection, { sqlText })
        seen.push([briefly(error), rows, argumentCount])
      }
      return seen
    },
  },
  {
    name: 'a statement that is wrong in another way',
    shows: ['errors'],
    differs: ['0', '1'].map((at) => ({
      member: 'errors',
      kind: 'differs' as const,
      at,
      governed: /Error/,
      why: 'what is refused before it reaches the warehouse has code 003001 and SQLSTATE 42501, but for names that are not there, syntax errors and several statements in one text, which have Snowflake’s own; what an outage of the broker stops has SQLSTATE 08006, and a write that may have run 08007',
    })),
    run: async (subject) => {
      const connection = await subject.shared()
      const seen: unknown[] = []
      for (const sqlText of [
        'insert into SCRATCH values (1)',
        'select * from NO_SUCH_DATABASE.PUBLIC.T',
        'select (1',
      ])
        seen.push(briefly((await execute(connection, { sqlText })).error))
      return seen
    },
  },
  {
    name: 'the members of an error of the warehouse',
    shows: ['errors'],
    differs: [
      {
        member: 'errors',
        kind: 'differs',
        at: 'more',
        governed: /snowfenceCode/,
        why: 'errors say more: the Snowfence code, rules, reason, hint, what would pass, and the trace',
      },
      {
        member: 'errors',
        kind: 'differs',
        at: 'data',
        governed: /queryId/,
        why: '`data` holds code, SQLSTATE, query id and Snowfence code; the rest of the answer can quote values, as can its text, which is replaced',
      },
      {
        member: 'errors',
        kind: 'differs',
        at: 'externalize',
        governed: /function/,
        why: '`externalize` is there, as the driver’s types say, and gives the error itself',
      },
    ],
    run: async (subject) => {
      const { error } = await execute(await subject.shared(), {
        sqlText: 'select 1 / (ID - ID) as X from KINDS',
      })
      const failure = error as Error & { externalize?: () => unknown; data?: object }
      const known = ['code', 'data', 'message', 'name', 'sqlState']
      const written = Object.keys(JSON.parse(JSON.stringify(failure)) as object)
      return {
        keys: Object.keys(failure)
          .filter((name) => known.includes(name))
          .toSorted(),
        json: written.filter((name) => known.includes(name)).toSorted(),
        more: Object.keys(failure).filter((name) => !known.includes(name)),
        isError: [
          failure instanceof Error,
          failure.constructor === Error,
          Object.prototype.toString.call(failure),
        ],
        name: String(failure).split(':')[0],
        data: Object.keys(failure.data ?? {}),
        externalize: typeof failure.externalize,
        stack: typeof failure.stack,
      }
    },
  },
]
