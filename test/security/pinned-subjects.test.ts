import { fileURLToPath } from 'node:url'
import { createMemorySink, type MemorySink } from '@snowfence/audit'
import { createGovernedConnection, createLocalGovernance, type GovernedConnection } from 'snowfence'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

// Care reads the charts of 20 patients in a task. A statement that says whose data it reads need not show it in each row.

let clinic: ClinicStack
const opened: GovernedConnection[] = []

const connect = async (journal: MemorySink = createMemorySink()): Promise<GovernedConnection> => {
  const { warehouse } = clinic.stack
  const agent = `care-${opened.length}`
  const connection = createGovernedConnection({
    account: warehouse.account,
    accessUrl: warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    purpose: 'TREAT',
    agent: { id: agent, task: 'chart review' },
    governance: createLocalGovernance({
      policyFile: fileURLToPath(new URL('../../examples/policies/minimum-necessary.yaml', import.meta.url)),
      principal: { issuer: 'https://issuer.test', subject: agent, groups: ['care-agents'] },
      journal,
      approvals: async () => ({ approved: false }),
      lease: async () => await clinic.lease(),
    }),
  })
  opened.push(connection)
  return await connection.connectAsync()
}

/** What a program is told: how many rows, or the code that Snowfence refuses with. */
const ask = async (
  on: GovernedConnection,
  sqlText: string,
  binds?: readonly unknown[],
): Promise<number | string> => {
  try {
    return (await on.query(sqlText, binds)).rows.length
  } catch (error) {
    return String((error as { snowfenceCode?: unknown }).snowfenceCode ?? error)
  }
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
const BEYOND = 'ERR_SUBJECT_LIMIT_EXCEEDED'

beforeAll(async () => {
  clinic = await startClinicStack()
})
afterAll(async () => {
  await Promise.allSettled(opened.map(async (connection) => await connection[Symbol.asyncDispose]()))
  await clinic.close()
})

test('a program that asks about one patient gets that patient, without the number in the rows', async () => {
  const care = await connect()
  const administrator = await clinic.administrator()
  const read = async (sqlText: string) =>
    await new Promise<unknown[]>((resolve, reject) =>
      administrator.execute({
        sqlText,
        complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows ?? [])),
      }),
    )
  for (const [sqlText, binds] of [
    ['select TAKEN_AT, RESULT from LABS where PATIENT_ID = 5 order by LAB_ID', undefined],
    ['select MAX(ADMITTED_AT) as A from ENCOUNTERS where PATIENT_ID in (5, 7)', undefined],
    [
      'select E.ADMITTED_AT, D.ICD10 from ENCOUNTERS E join DIAGNOSES D on D.ENCOUNTER_ID = E.ENCOUNTER_ID where E.PATIENT_ID = 5 order by D.DIAGNOSIS_ID',
      undefined,
    ],
  ] as const) {
    const { rows } = await care.query(sqlText, binds)
    expect(rows.length).toBeGreaterThan(0)
    expect(rows).toEqual(await read(sqlText))
  }
  const { rows } = await care.query('select FIRST_NAME, BIRTH_DATE from PATIENTS where PATIENT_ID = ?', ['5'])
  expect(rows).toEqual(await read('select FIRST_NAME, BIRTH_DATE from PATIENTS where PATIENT_ID = 5'))
})

describe('subjects that statements name', () => {
  test('are one subject as text, as bind and in a row, however often they are asked for', async () => {
    const care = await connect()
    for (let time = 0; time < 10; time += 1) {
      expect(await ask(care, 'select SEX from PATIENTS where PATIENT_ID = 5')).toBe(1)
      expect(await ask(care, "select SEX from PATIENTS where PATIENT_ID = '5'")).toBe(1)
      expect(await ask(care, 'select SEX from PATIENTS where PATIENT_ID = ?', [5])).toBe(1)
      expect(await ask(care, 'select SEX from PATIENTS where PATIENT_ID = :1', ['5'])).toBe(1)
      expect(await ask(care, 'select PATIENT_ID, SEX from PATIENTS where PATIENT_ID = 5')).toBe(1)
    }
    const rest = `select SEX from PATIENTS where PATIENT_ID in (${numbers(101, 119)})`
    expect(await ask(care, rest)).toBe(19)
    expect(await ask(care, 'select SEX from PATIENTS where PATIENT_ID = 5')).toBe(1)
    expect(await ask(care, 'select SEX from PATIENTS where PATIENT_ID = 120')).toBe(BEYOND)
  })

  test('count where no row comes back, too', async () => {
    const care = await connect()
    for (const number of numbers(800_001, 800_020))
      expect(await ask(care, 'select SEX from PATIENTS where PATIENT_ID = ?', [number])).toBe(0)
    expect(await ask(care, 'select SEX from PATIENTS where PATIENT_ID = ?', [800_021])).toBe(BEYOND)
  })

  test('meet the limit before anything is sent, and a dictionary uses nothing up', async () => {
    const care = await connect()
    const before = clinic.stack.warehouse.queryHistory().length
    expect(await ask(care, `select SEX from PATIENTS where PATIENT_ID in (${numbers(1, 10_000)})`)).toBe(
      BEYOND,
    )
    expect(clinic.stack.warehouse.queryHistory().length).toBe(before)
    expect(await ask(care, `select SEX from PATIENTS where PATIENT_ID in (${numbers(1, 20)})`)).toBe(20)
  })

  test('are read from binds that are whole numbers only', async () => {
    const care = await connect()
    const sqlText = 'select SEX from PATIENTS where PATIENT_ID = ?'
    for (const bind of [null, 5.5, true, 'five', '05', '5.0', ' 5', { a: 5 }, new Date(0)])
      expect(await ask(care, sqlText, [bind]), String(bind)).toBe('ERR_STATEMENT_DENIED')
    expect(await ask(care, sqlText, [[5], [7]])).toBe('ERR_STATEMENT_DENIED')
    expect(
      await ask(care, 'select SEX from PATIENTS where PATIENT_ID = ? and PATIENT_ID in (?, 5)', [5, 'x']),
    ).toBe('ERR_STATEMENT_DENIED')
  })

  test('are read from the rows where those show them', async () => {
    const care = await connect()
    const shown = 'select PATIENT_ID, SEX from PATIENTS where PATIENT_ID'
    expect(await ask(care, `${shown} = ?`, [null])).toBe(0)
    expect(await ask(care, `${shown} in (${numbers(1, 10_000)}) order by PATIENT_ID limit 20`)).toBe(20)
    expect(await ask(care, 'select SEX from PATIENTS where PATIENT_ID = 20')).toBe(1)
    expect(await ask(care, 'select SEX from PATIENTS where PATIENT_ID = 21')).toBe(BEYOND)
  })

  test('count again when a result is fetched again', async () => {
    const care = await connect()
    const { rows, queryId } = await care.query('select SEX from PATIENTS where PATIENT_ID = ?', [5])
    const statement = await care.getResultsFromQueryId({ queryId: queryId ?? '' })
    expect(await statement.streamRows().toArray()).toEqual(rows)
  })

  test('are in no record', async () => {
    const journal = createMemorySink()
    const care = await connect(journal)
    await ask(care, 'select SEX from PATIENTS where PATIENT_ID in (765432, ?)', [876543])
    await ask(care, 'select SEX from PATIENTS where PATIENT_ID = ?', ['x765432'])
    await ask(care, `select SEX from PATIENTS where PATIENT_ID in (${numbers(765_400, 765_500)})`)
    expect(journal.records.length).toBeGreaterThan(0)
    expect(JSON.stringify(journal.records)).not.toMatch(/765432|876543/)
  })
})

describe('a patient who is not named stays unread', () => {
  test.each([
    ['another use of the table', 'select (select COUNT(*) from LABS) as N from LABS where PATIENT_ID = 5'],
    ['a self join', 'select B.RESULT from LABS A join LABS B on B.LAB_ID > A.LAB_ID where A.PATIENT_ID = 5'],
    ['another arm', 'select SEX from PATIENTS where PATIENT_ID = 5 union all select SEX from PATIENTS'],
    ['OR', 'select SEX from PATIENTS where PATIENT_ID = 5 or STATE is not null'],
    ['NOT', 'select SEX from PATIENTS where not PATIENT_ID = 5'],
    ['an alias', 'select 5 as PATIENT_ID, SEX from PATIENTS where PATIENT_ID = 5'],
    [
      'a condition outside',
      'select X.M from (select PATIENT_ID, MAX(RESULT) over () as M from LABS) X where X.PATIENT_ID = 5',
    ],
    ['QUALIFY', 'select SEX from PATIENTS qualify PATIENT_ID = 5'],
    ['HAVING', 'select MAX(SEX) from PATIENTS group by PATIENT_ID having PATIENT_ID = 5'],
    [
      'the ON of an outer join',
      'select P.SEX from PATIENTS P left join LABS L on L.PATIENT_ID = P.PATIENT_ID and P.PATIENT_ID = 5',
    ],
    [
      'an outer join by the side that may be missing',
      'select P.SEX from PATIENTS P left join (select * from LABS where PATIENT_ID = 5) L on L.PATIENT_ID = P.PATIENT_ID',
    ],
    [
      'a full join',
      'select L.RESULT from PATIENTS P full join LABS L on L.PATIENT_ID = P.PATIENT_ID where P.PATIENT_ID = 5',
    ],
    [
      'an anti join',
      'select P.SEX from PATIENTS P where P.PATIENT_ID = 5 and not exists (select 1 from LABS L where L.PATIENT_ID = 7) and not exists (select 1 from LABS)',
    ],
    ['a table beside it', 'select P.SEX from PATIENTS P, LABS L where L.PATIENT_ID = 5'],
    [
      'an equality that decides nothing',
      'select P.SEX from PATIENTS P, LABS L where L.PATIENT_ID = 5 and (L.PATIENT_ID = P.PATIENT_ID or 1 = 1)',
    ],
    [
      'an equality by another column',
      'select P.SEX from PATIENTS P, LABS L where L.PATIENT_ID = 5 and L.LAB_ID = P.PATIENT_ID',
    ],
    [
      'a semi join',
      'select D.ICD10 from DIAGNOSES D where exists (select 1 from ENCOUNTERS E where E.PATIENT_ID = 5 and E.ENCOUNTER_ID = D.ENCOUNTER_ID)',
    ],
    ['LATERAL', 'select X.SEX from LABS L, lateral (select SEX from PATIENTS) X where L.PATIENT_ID = 5'],
    [
      'recursion',
      'with recursive R as (select PATIENT_ID from LABS where PATIENT_ID = 5 union all select L.PATIENT_ID + 1 from LABS L join R on L.LAB_ID = R.PATIENT_ID) select COUNT(*) from R',
    ],
    [
      'a hierarchy',
      'select SEX from PATIENTS where PATIENT_ID = 5 start with PATIENT_ID = 7 connect by prior PATIENT_ID = PATIENT_ID + 2',
    ],
    ['a sample', 'select SEX from PATIENTS sample (50) where PATIENT_ID = 5'],
    [
      'a pivot',
      "select * from (select SEX, STATE, PATIENT_ID from PATIENTS) pivot (COUNT(SEX) for STATE in ('NY')) where PATIENT_ID = 5",
    ],
    [
      'a pattern over rows',
      'select * from LABS match_recognize (order by LAB_ID measures COUNT(*) as N pattern (A+) define A as RESULT is not null) where N = 5',
    ],
    ['a failure', 'select SEX from PATIENTS where PATIENT_ID = 5 and 1 / (PATIENT_ID - 7) > -1'],
    [
      'a failure behind a condition',
      "select SEX from PATIENTS where PATIENT_ID = 5 and STATE = 'NY' and TO_NUMBER('x') = 1",
    ],
    ['a failure in a branch', "select IFF(SEX = 'F', TO_NUMBER('x'), 1) from PATIENTS where PATIENT_ID = 5"],
    ['a conversion of every row', 'select SUM(STATE) from PATIENTS where PATIENT_ID = 5'],
    ['a session variable', 'select SEX from PATIENTS where PATIENT_ID = $who'],
    ['a fraction', 'select SEX from PATIENTS where PATIENT_ID = 5.0'],
    ['a range', 'select SEX from PATIENTS where PATIENT_ID between 5 and 5'],
  ])('%s', async (_what, sqlText) => {
    const care = opened[0]!
    expect(await ask(care, sqlText)).toBe('ERR_STATEMENT_DENIED')
  })

  test('by a bind that fails where a condition holds of others', async () => {
    const care = opened[0]!
    const failing =
      "select SEX from PATIENTS where PATIENT_ID = 5 and (STATE = 'NY' and PATIENT_ID = ? or 1 = 1)"
    expect(await ask(care, failing, ['x'])).toBe('ERR_STATEMENT_DENIED')
  })

  test('by a window or an aggregate over the patient who is named', async () => {
    const care = opened[0]!
    const { rows } = await care.query<{ N: number }>(
      'select COUNT(*) as N from PATIENTS where PATIENT_ID = 5',
    )
    expect(rows).toEqual([{ N: 1 }])
    const windows = await care.query<{ N: number }>(
      'select COUNT(*) over () as N, ROW_NUMBER() over (order by SEX) as R from PATIENTS where PATIENT_ID in (5, 7)',
    )
    expect(windows.rows.map(({ N }) => N)).toEqual([2, 2])
  })
})
