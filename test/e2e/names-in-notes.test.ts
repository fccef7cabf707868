import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GovernedConnection } from 'snowfence'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

// Free text that is shown scrubbed: the names in its row are looked for in it, and nothing tells what they are.

let clinic: ClinicStack
let directory: string
let connection: GovernedConnection
/** Two words of a patient's name each, by encounter, as nobody but the administrator sees them. */
let names: Map<number, readonly [first: string, last: string]>
let someLastNames: readonly string[]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snowfence-notes-'))
  const policyFile = join(directory, 'policy.yaml')
  const document = await readFile(new URL('../../examples/policies/clinic.yaml', import.meta.url), 'utf8')
  const scrubbing = document.replace(/( {2}note:\n.*\n {4}mask: )withhold/, '$1scrub')
  expect(scrubbing).not.toBe(document)
  await writeFile(policyFile, scrubbing)
  clinic = await startClinicStack({ policyFile })
  connection = await clinic.connect()
  const administrator = await clinic.administrator()
  const rows = await new Promise<Record<string, unknown>[]>((resolve, reject) =>
    administrator.execute({
      sqlText:
        'select E.ENCOUNTER_ID, P.FIRST_NAME, P.LAST_NAME from CLINIC.PUBLIC.ENCOUNTERS E join CLINIC.PUBLIC.PATIENTS P on P.PATIENT_ID = E.PATIENT_ID',
      complete: (error, _statement, found) => (error ? reject(error) : resolve(found ?? [])),
    }),
  )
  names = new Map(
    rows.map((row) => [Number(row.ENCOUNTER_ID), [String(row.FIRST_NAME), String(row.LAST_NAME)] as const]),
  )
  someLastNames = [...new Set([...names.values()].map(([, last]) => last))].slice(0, 50)
})
afterAll(async () => {
  await clinic.close()
  await rm(directory, { recursive: true, force: true })
})

const joined = `from NOTES N join ENCOUNTERS E on E.ENCOUNTER_ID = N.ENCOUNTER_ID
  join PATIENTS P on P.PATIENT_ID = E.PATIENT_ID order by N.NOTE_ID limit 60`

interface Row {
  readonly ENCOUNTER_ID: number
  readonly NOTE: string
}

const left = ({ ENCOUNTER_ID, NOTE }: Row): string[] =>
  (names.get(ENCOUNTER_ID) ?? []).filter((name) => NOTE.toLowerCase().includes(name.toLowerCase()))

test.each([
  ['masked by a pseudonym', 'P.FIRST_NAME, P.LAST_NAME'],
  ['under other names', 'P.LAST_NAME as A, P.FIRST_NAME as B'],
  ['behind the note', 'N.WRITTEN_AT, P.FIRST_NAME, P.LAST_NAME'],
  ['repeated, so that rows come as arrays', 'P.FIRST_NAME as X, P.LAST_NAME as X'],
])('the names of the row, %s, are found in its note', async (_how, columns) => {
  const { rows } = await connection.query<Row>(`select N.TEXT as NOTE, E.ENCOUNTER_ID, ${columns} ${joined}`)
  expect(rows).toHaveLength(60)
  expect(rows.flatMap(left)).toEqual([])
  expect(rows.every(({ NOTE }) => NOTE.includes('[name]'))).toBe(true)
})

test('without them in the row some names stay, so the test above can fail', async () => {
  const { rows } = await connection.query<Row>(`select N.TEXT as NOTE, E.ENCOUNTER_ID ${joined}`)
  expect(rows.flatMap(left)).not.toEqual([])
})

test('the names are found on the public path of the driver, and in streams', async () => {
  const slow = await clinic.connect({ fastPath: false })
  const sqlText = `select N.TEXT as NOTE, E.ENCOUNTER_ID, P.LAST_NAME, P.FIRST_NAME ${joined}`
  const { rows } = await slow.query<Row>(sqlText)
  expect(rows.flatMap(left)).toEqual([])
  const streamed: Row[] = []
  for await (const row of connection.stream(sqlText)) streamed.push(row as unknown as Row)
  expect(streamed.map(({ NOTE }) => NOTE)).toEqual(rows.map(({ NOTE }) => NOTE))
  const strings = await new Promise<Row[]>((resolve, reject) =>
    connection.execute({
      sqlText,
      fetchAsString: ['String', 'Number'],
      complete: (error, _statement, found) => (error ? reject(error) : resolve((found ?? []) as Row[])),
    }),
  )
  expect(strings.map(({ NOTE }) => NOTE)).toEqual(rows.map(({ NOTE }) => NOTE))
})

describe('a guess is not answered', () => {
  const guesses = (): string => someLastNames.join(' ')
  const texts: readonly (readonly [string, () => { sqlText: string; binds?: string[] }])[] = [
    [
      'beside the name',
      () => ({ sqlText: `select P.LAST_NAME, '${guesses()}' as NOTE from PATIENTS P limit 40` }),
    ],
    [
      'in a bind',
      () => ({ sqlText: 'select P.LAST_NAME, ? as NOTE from PATIENTS P limit 40', binds: [guesses()] }),
    ],
    [
      'in an arm of a union of the notes',
      () => ({
        sqlText: `select P.LAST_NAME, N.TEXT as NOTE from PATIENTS P join NOTES N on N.NOTE_ID = P.PATIENT_ID where P.PATIENT_ID < 0
          union all select P.LAST_NAME, '${guesses()}' from PATIENTS P where P.PATIENT_ID < 40`,
      }),
    ],
    [
      'in rows of its own',
      () => ({
        sqlText: `select P.LAST_NAME, V.COLUMN1 as NOTE from PATIENTS P cross join (values ('${guesses()}')) V limit 40`,
      }),
    ],
    [
      'that stands in for a note',
      () => ({
        sqlText: `select P.LAST_NAME, COALESCE(NULLIF(N.TEXT, N.TEXT), '${guesses()}') as NOTE from PATIENTS P join NOTES N on N.NOTE_ID = P.PATIENT_ID limit 40`,
      }),
    ],
    [
      'behind a note',
      () => ({
        sqlText: `select P.LAST_NAME, N.TEXT || '${guesses()}' as NOTE from PATIENTS P join NOTES N on N.NOTE_ID = P.PATIENT_ID limit 40`,
      }),
    ],
  ]
  test.each(texts)('%s', async (_where, make) => {
    const { sqlText, binds } = make()
    const outcome = await connection.attempt<{ NOTE: string | null }>(sqlText, binds ?? [])
    const seen = outcome.kind === 'completed' ? outcome.rows.map(({ NOTE }) => NOTE) : []
    // Every row says the same, whoever it is about.
    if (outcome.kind === 'completed') expect(seen.length).toBeGreaterThan(30)
    else expect(outcome.kind).toBe('denied')
    expect(new Set(seen).size).toBeLessThanOrEqual(1)
  })
})
