import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuditRecord, parseExport } from '@snowfence/audit'
import { digestOf } from '@snowfence/core'
import type { GovernedConnection, GovernedError } from 'snowfence'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

// Every statement leaves a record, however long it is and whatever its names are: it runs and is recorded, or it is
// denied and recorded. Padding a statement until its record no longer fits is no way to ask without a trace.

const policy = `version: 1
classes:
  secret: { mask: withhold }
resources:
  - table: CLINIC.*
    unclassified: allow
patterns:
  - { column: 'COLUMN_NUMBER_*', class: secret }
rules:
  - id: may-read
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select, metadata, session]
    resources: [CLINIC.*]
`

const WIDE = 200
const MANY = 70
const LONG = 6

/** What the lexer's limits are: one more of any is refused. */
const limits = { bytes: 256 * 1024, tokens: 40_000, chainedOperators: 400, depth: 40 }

const listed = (count: number, item: (number: number) => string, separator = ', '): string =>
  Array.from({ length: count }, (_, number) => item(number)).join(separator)
const longName = (number: number): string => `${'LONG_NAME_'.repeat(24)}${String(number).padStart(3, '0')}`
const wide = (number: number): string => `COLUMN_NUMBER_${number}`
/** 254 characters of a name that doubles when it is written in quotes. */
const quoted = `"${'a""'.repeat(127)}"`

let clinic: ClinicStack
let directory: string
let connection: GovernedConnection

const prepare = async (): Promise<void> => {
  const administrator = await clinic.administrator()
  const run = async (sqlText: string): Promise<void> =>
    await new Promise((resolve, reject) =>
      administrator.execute({ sqlText, complete: (error) => (error ? reject(error) : resolve()) }),
    )
  const create = async (table: string, columns: string): Promise<void> => {
    await run(`create table ${table} (${columns})`)
    for (const role of ['CLINIC_READER', 'SNOWFENCE_CATALOG'])
      await run(`grant select on table ${table} to role ${role}`)
  }
  await create(
    'WIDE_TABLE',
    listed(WIDE, (number) => `${wide(number)} number`),
  )
  await create(
    'LONG_COLUMNS',
    listed(40, (number) => `${longName(number)} number`),
  )
  for (let number = 0; number < MANY; number += 1) await create(`MANY_${number}`, 'ID number')
  for (let number = 0; number < LONG; number += 1) await create(longName(number), 'ID number')
  await create('"two\nlines"', 'ID number')
  await create(quoted, `${quoted} number`)
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snowfence-bounds-'))
  const policyFile = join(directory, 'policy.yaml')
  await writeFile(policyFile, policy)
  clinic = await startClinicStack({ policyFile, dataDir: join(directory, 'data') })
  await prepare()
  connection = await clinic.connect()
})
afterAll(async () => {
  await clinic.close()
  await rm(directory, { recursive: true, force: true })
})

const readTrail = async (): Promise<AuditRecord[]> => {
  const records: AuditRecord[] = []
  for (;;) {
    const response = await fetch(
      new URL(`/v1/audit/records?after=${records.length - 1}`, clinic.stack.broker.url),
      { headers: { authorization: `Bearer ${await clinic.stack.identityToken('auditor')}` } },
    )
    const page = parseExport(await response.text()).records
    records.push(...page.map(({ text }) => JSON.parse(text) as AuditRecord))
    if (response.headers.get('link') === null) return records
  }
}

/** The attributes of the records of a statement, by the kind of their span. */
const recordsOf = async (sqlText: string) => {
  // The outcome of a read may be written a moment later, and always before the next statement's record.
  await outcomeOf('select PATIENT_ID from PATIENTS limit 1')
  const digest = digestOf(sqlText)
  const found = (await readTrail())
    .map(({ span }) => span.attributes)
    .filter((attributes) => attributes['snowfence.statement.digest'] === digest)
  const ofKind = (kind: string) => found.filter((attributes) => attributes['snowfence.span'] === kind)
  return { authorize: ofKind('authorize'), query: ofKind('query'), session: ofKind('session') }
}

const outcomeOf = async (sqlText: string, binds?: (string | number)[]): Promise<string> => {
  try {
    const outcome = await connection.attempt(sqlText, binds)
    return outcome.kind === 'denied' ? outcome.code : outcome.kind
  } catch (error) {
    return String((error as GovernedError).snowfenceCode)
  }
}

const ctes = (count: number): string =>
  listed(
    count,
    (number) =>
      `STEP_${number} as (select PATIENT_ID, ADMITTED_AT, DISCHARGED_AT, DEPARTMENT from ENCOUNTERS where PATIENT_ID > ${number} and DEPARTMENT <> 'department ${number}' and DISCHARGED_AT is not null)`,
  )

describe('a statement that the analyser accepts runs, and is in the trail', () => {
  test.each<[string, string, string?]>([
    [
      '25 common table expressions',
      `with ${ctes(25)} select ${listed(25, (n) => `STEP_${n}.PATIENT_ID as PATIENT_OF_STEP_${n}`)} from ${listed(25, (n) => `STEP_${n}`)} where 1 = 0`,
    ],
    [
      '3,000 values in IN',
      `select PATIENT_ID from PATIENTS where PATIENT_ID in (${listed(3000, String)}) limit 1`,
    ],
    ['200 columns', `select ${listed(WIDE, (n) => `W.${wide(n)} as SHOWN_AS_${n}`)} from WIDE_TABLE W`],
    ['one result of 200 columns', `select coalesce(${listed(WIDE, wide)}) as FIRST_OF_ALL from WIDE_TABLE`],
    ['70 tables', `select 1 as ONE from ${listed(MANY, (n) => `MANY_${n}`)} limit 1`],
    ['six tables of long names', `select 1 as ONE from ${listed(LONG, longName)} limit 1`],
    ['40 columns of long names', `select ${listed(40, longName)} from LONG_COLUMNS`],
    ['a table whose name has two lines', 'select ID from "two\nlines"'],
    ['a table and a column of the longest names', `select ${quoted} as "X" from ${quoted}`],
    ['as many tokens as are read', tokens(limits.tokens)],
    ['as many bytes as are read', bytes(limits.bytes)],
    ['as many operators in a chain as are read', operators(limits.chainedOperators)],
    // DuckDB's parser reads fewer brackets than Snowflake's.
    ['as many brackets as are read', brackets(limits.depth), 'ERR_WAREHOUSE_FAILED'],
  ])('%s', async (_, sqlText, outcome = 'completed') => {
    expect(await outcomeOf(sqlText)).toBe(outcome)
    const { authorize, query } = await recordsOf(sqlText)
    expect(authorize).toHaveLength(1)
    expect(query).toHaveLength(1)
    expect(authorize[0]).toMatchObject({ 'snowfence.decision': 'allow' })
    expect(query[0]).toMatchObject({ 'snowfence.outcome': outcome === 'completed' ? 'completed' : 'failed' })
  })
})

/** A statement of exactly so many tokens. */
function tokens(count: number): string {
  const sign = count % 2 === 0 ? '' : '-'
  const values = Math.floor((count - 8) / 2)
  return `select 1 from PATIENTS where PATIENT_ID in (${sign}${listed(values, () => '1', ',')})`
}

/** A statement of exactly so many bytes. */
function bytes(count: number): string {
  const [before, after] = [`select PATIENT_ID from PATIENTS where LAST_NAME = '`, `'`]
  return `${before}${'x'.repeat(count - before.length - after.length)}${after}`
}

/** A statement whose longest chain has exactly so many operators. */
function operators(count: number): string {
  return `select PATIENT_ID${' + 1'.repeat(count)} as TOTAL from PATIENTS limit 1`
}

/** A statement that is nested exactly so deep. */
function brackets(count: number): string {
  return `select ${'('.repeat(count)}PATIENT_ID${')'.repeat(count)} as ID from PATIENTS limit 1`
}

describe('a statement that the analyser refuses is denied, and is in the trail', () => {
  test.each<[string, string]>([
    ['one token more', tokens(limits.tokens + 1)],
    ['one byte more', bytes(limits.bytes + 1)],
    ['one operator more', operators(limits.chainedOperators + 1)],
    ['one bracket more', brackets(limits.depth + 1)],
    ['ten times the bytes', bytes(10 * limits.bytes)],
    ['a long text that is no SQL', `what ${'does "this" mean, 123-45-6789? '.repeat(400)}`],
    ['a name that does not end', `select "${'x'.repeat(9000)}`],
    ['33 tables that are not there', `select 1 from ${listed(33, (n) => `NOT_THERE_${n}`)}`],
  ])('%s', async (_, sqlText) => {
    expect(await outcomeOf(sqlText)).toBe('ERR_STATEMENT_UNSUPPORTED')
    const { authorize } = await recordsOf(sqlText)
    expect(authorize).toHaveLength(1)
    expect(authorize[0]).toMatchObject({ 'snowfence.decision': 'deny' })
    expect(JSON.stringify(authorize)).not.toContain('6789')
  })
})

describe('a field of the record at its bound', () => {
  const select = (columns: string): string => `select ${columns} from WIDE_TABLE`

  test('a text of 4,000 characters is recorded whole, and of 4,001 with its length and its digest', async () => {
    // Redacted, every value is one character.
    const statement = (length: number): string => {
      const head = 'select PATIENT_ID from PATIENTS where PATIENT_ID in (1'
      const name = length % 2 === 0 ? ' ' : ''
      const values = Math.floor((length - head.length - name.length - 1) / 2)
      return `${head}${',1'.repeat(values)}${name})`
    }
    for (const length of [4000, 4001]) {
      const sqlText = statement(length)
      expect(sqlText).toHaveLength(length)
      expect(await outcomeOf(sqlText)).toBe('completed')
      const { authorize } = await recordsOf(sqlText)
      const redacted = sqlText.replaceAll('1', '?')
      expect(authorize[0]?.['db.query.text']).toBe(redacted.slice(0, 4000))
      expect(authorize[0]?.['db.query.text.length']).toBe(length > 4000 ? length : undefined)
      expect(authorize[0]?.['db.query.text.digest']).toBe(length > 4000 ? digestOf(redacted) : undefined)
    }
  })

  test.each([32, 33])('%i columns, masked columns and classes', async (count) => {
    const sqlText = select(listed(count, wide))
    expect(await outcomeOf(sqlText)).toBe('completed')
    const { authorize, query } = await recordsOf(sqlText)
    for (const [name, of] of [
      ['snowfence.columns', authorize],
      ['snowfence.columns.masked', authorize],
      ['snowfence.columns.masked', query],
    ] as const) {
      expect(of[0]?.[name]).toHaveLength(32)
      expect(of[0]?.[`${name}.overflow`]).toBe(count > 32 ? count - 32 : undefined)
      expect(of[0]?.[`${name}.digest`] !== undefined).toBe(count > 32)
    }
  })

  test.each([32, 33])('%i tables', async (count) => {
    const sqlText = `select 1 as ONE from ${listed(count, (n) => `MANY_${n}`)} limit 1`
    expect(await outcomeOf(sqlText)).toBe('completed')
    const { authorize } = await recordsOf(sqlText)
    expect(authorize[0]?.['snowfence.tables']).toHaveLength(32)
    expect(authorize[0]?.['snowfence.tables.overflow']).toBe(count > 32 ? 1 : undefined)
  })

  test.each([32, 33, 2000])('%i binds', async (count) => {
    const sqlText = `select PATIENT_ID from PATIENTS where PATIENT_ID in (${listed(count, () => '?')})`
    expect(
      await outcomeOf(
        sqlText,
        Array.from({ length: count }, (_, number) => number),
      ),
    ).toBe('completed')
    const { authorize } = await recordsOf(sqlText)
    expect(authorize[0]).toMatchObject({ 'snowfence.binds.count': count })
    expect(authorize[0]?.['snowfence.binds.types.overflow']).toBe(count > 32 ? count - 32 : undefined)
  })

  test('names of 800 characters and more', async () => {
    const sqlText = select(`coalesce(${listed(60, wide)}) as FIRST_OF_ALL`)
    expect(await outcomeOf(sqlText)).toBe('completed')
    const { authorize } = await recordsOf(sqlText)
    expect(authorize[0]).toMatchObject({ 'snowfence.columns.masked.shortened': 1 })
    expect(String(authorize[0]?.['snowfence.columns.masked'])).toHaveLength(800)
  })

  test('what an agent says of itself, at the lengths that a connection accepts', async () => {
    const agent = {
      id: '😀'.repeat(200),
      name: 'n'.repeat(200),
      version: 'v'.repeat(100),
      model: 'm'.repeat(200),
      task: `${'task, '.repeat(300)}`,
      conversationId: 'c'.repeat(200),
    }
    const own = await clinic.connect({ agent })
    const sqlText = 'select PATIENT_ID as AGENT_BOUNDS from PATIENTS limit 1'
    expect((await own.attempt(sqlText)).kind).toBe('completed')
    const { authorize } = await recordsOf(sqlText)
    expect(authorize[0]).toMatchObject({
      'gen_ai.agent.id': agent.id,
      'gen_ai.conversation.id': agent.conversationId,
    })
    expect(Object.keys(authorize[0] ?? {}).filter((name) => name.startsWith('snowfence.agent.task'))).toEqual(
      [],
    )
    for (const [field, value] of Object.entries(agent)) {
      if (field === 'task') continue
      const tooLong = { ...agent, [field]: `${value}x` }
      await expect(clinic.connect({ agent: tooLong }), field).rejects.toThrow()
    }
  })
})

describe('behind a proxy that takes only small requests', () => {
  const MOST = 3_000
  let proxy: Server

  beforeAll(async () => {
    const broker = new URL(clinic.stack.broker.url)
    proxy = createServer((request, response) => {
      if (Number(request.headers['content-length'] ?? 0) > MOST) {
        request.resume()
        response.writeHead(413, { 'content-type': 'text/html' }).end('<h1>413 Request Entity Too Large</h1>')
        return
      }
      const { url, method, headers } = request
      const onward = httpRequest(
        { host: broker.hostname, port: broker.port, path: url, method, headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(response)
        },
      )
      onward.on('error', () => response.destroy())
      request.pipe(onward)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    proxy.closeAllConnections()
    proxy.close()
  })

  test('padded statements are denied, say why, and leave a record each', async () => {
    const { port } = proxy.address() as AddressInfo
    const own = await clinic.connect({ broker: `http://127.0.0.1:${port}` })
    const probes = Array.from(
      { length: 5 },
      (_, number) =>
        `select PATIENT_ID from PATIENTS where LAST_NAME = 'guess ${number}' and PATIENT_ID not in (${listed(2500, String)})`,
    )
    for (const sqlText of probes) {
      const error = await own.query(sqlText).then(
        () => null,
        (reason: unknown) => reason as GovernedError,
      )
      expect(error?.snowfenceCode).toBe('ERR_AUDIT_RECORD_REFUSED')
      expect(error?.message).toContain('HTTP-413')
      const { authorize, query } = await recordsOf(sqlText)
      expect(authorize).toHaveLength(1)
      expect(authorize[0]).toMatchObject({
        'snowfence.record.refused': 'HTTP-413',
        'snowfence.decision': 'deny',
        'snowfence.decision.judged': 'allow',
      })
      for (const outcome of query) expect(outcome['snowfence.outcome']).not.toBe('completed')
    }
    expect((await own.attempt('select PATIENT_ID from PATIENTS limit 1')).kind).toBe('completed')
  })
})
