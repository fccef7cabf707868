import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Connection } from 'snowflake-sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../local-snowflake.ts'
import { connect, connectToClinic, disconnect, execute, failureOf, rowsOf } from '../testing/driver.ts'

let local: LocalSnowflake
let connection: Connection
let directory: string

beforeAll(async () => {
  local = await createLocalSnowflake({ patients: 0 })
  connection = await connectToClinic(local)
  directory = await mkdtemp(join(tmpdir(), 'snowfence-local-'))
})
beforeEach(async () => {
  await execute(connection, 'create or replace stage S')
  await execute(connection, 'create or replace table T (A number, B varchar, C date)')
})
afterAll(async () => {
  await disconnect(connection)
  await local.close()
  await rm(directory, { recursive: true })
})

/** Puts a text into the stage as it is. */
const stage = async (name: string, content: string | Buffer): Promise<void> => {
  await writeFile(join(directory, name), content)
  await execute(connection, `put file://${directory}/${name} @S auto_compress=false overwrite=true`)
}

const unloaded = async (name: string): Promise<string> => {
  await execute(connection, `get @S/${name} file://${directory}`)
  const bytes = await readFile(join(directory, name.split('/').at(-1) as string))
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

const csv = `file_format = (type = csv field_optionally_enclosed_by = '"')`

describe('COPY INTO a table', () => {
  test('loads CSV: enclosed fields, NULLs, empty texts, line breaks, Unicode', async () => {
    await stage(
      'a.csv',
      '1,"Anna ""A"" Ålund, 雪",2024-02-29\r\n2,,\n3,"",1999-12-31\n4,"two\nlines",\n5,\\N,\n6,back\\\\slash,\n',
    )
    expect((await execute(connection, `copy into T from @S/a.csv ${csv}`)).rows).toMatchObject([
      {
        file: 's/a.csv',
        status: 'LOADED',
        rows_parsed: '6',
        rows_loaded: '6',
        errors_seen: '0',
        first_error: null,
      },
    ])
    expect(await rowsOf(connection, 'select A, B, C::varchar from T order by A')).toEqual([
      [1, 'Anna "A" Ålund, 雪', '2024-02-29'],
      [2, null, null],
      [3, '', '1999-12-31'],
      [4, 'two\nlines', null],
      [5, null, null],
      [6, 'back\\slash', null],
    ])
  })

  test('loads chosen columns, of compressed files, behind a header, with another delimiter', async () => {
    await stage('h.csv.gz', gzipSync('b|a\nx|1\ny|2\n'))
    await execute(
      connection,
      `copy into T (B, A) from @S files = ('h.csv.gz') file_format = (type = csv field_delimiter = '|' skip_header = 1)`,
    )
    expect(await rowsOf(connection, 'select A, B, C from T order by A')).toEqual([
      [1, 'x', null],
      [2, 'y', null],
    ])
  })

  test('loads a file once, unless it is forced to or the file is another', async () => {
    await stage('once.csv', '1,a,\n')
    const copy = 'copy into T from @S'
    await execute(connection, copy)
    expect((await execute(connection, copy)).rows).toEqual([
      { status: 'Copy executed with 0 files processed.' },
    ])
    await execute(connection, `${copy} force = true`)
    await stage('once.csv', '2,b,\n')
    await execute(connection, `${copy} purge = true`)
    expect(await rowsOf(connection, 'select count(*), max(A) from T')).toEqual([[3, 2]])
    expect(await rowsOf(connection, 'list @S')).toEqual([])
  })

  test('loads all rows or none, and says which kind of error it met', async () => {
    await stage('bad.csv', '1,a,\nnope,b,\n')
    expect(await failureOf(execute(connection, 'copy into T from @S'))).toMatchObject({ code: '100038' })
    await stage('bad.csv', '1,a\n')
    expect(await failureOf(execute(connection, 'copy into T from @S'))).toMatchObject({ code: '100080' })
    await stage('bad.csv', '1,"a"b,\n')
    expect(await failureOf(execute(connection, `copy into T from @S ${csv}`))).toMatchObject({
      code: '100066',
    })
    await stage('bad.csv', '1,"a,\n')
    expect(await failureOf(execute(connection, `copy into T from @S ${csv}`))).toMatchObject({
      code: '100068',
    })
    expect(await failureOf(execute(connection, "copy into T from @S files = ('none.csv')"))).toMatchObject({
      code: '091016',
    })
    expect(await rowsOf(connection, 'select count(*) from T')).toEqual([[0]])
  })

  test('loads JSON documents into a VARIANT', async () => {
    await execute(connection, 'create or replace table J (V variant)')
    await stage('lines.json', '{"n": 1}\n{"n": 2, "t": "雪"}\n')
    await stage('list.json', '[{"n": 3}, {"n": 4}]')
    await execute(connection, 'copy into J from @S/lines.json file_format = (type = json)')
    await execute(
      connection,
      'copy into J from @S/list.json file_format = (type = json strip_outer_array = true)',
    )
    expect(await rowsOf(connection, 'select sum(V:n::number), max(V:t::varchar) from J')).toEqual([
      [10, '雪'],
    ])
    await stage('broken.json', '{"n":')
    const broken = execute(connection, 'copy into J from @S/broken.json file_format = (type = json)')
    expect(await failureOf(broken)).toMatchObject({ code: '100069' })
    expect(await failureOf(execute(connection, 'copy into T from @S file_format=(type=json)'))).toMatchObject(
      {
        code: '000002',
      },
    )
  })
})

describe('COPY INTO a stage', () => {
  test('unloads what loads again unchanged', async () => {
    await execute(
      connection,
      'create or replace table U (A number(9,2), B varchar, C date, D boolean, E timestamp_ntz, V variant)',
    )
    await execute(connection, 'insert into U select ?, ?, ?, ?, ?, parse_json(?)', {
      binds: [
        [1.5, 'plain', '2024-02-29', true, '2024-01-01 10:11:12.345', '{"a":1}'],
        [-2, 'com,ma "quoted"\nline \\ back', '1969-07-20', false, '1969-07-20 20:17:40.000', '[1]'],
        [3, '', '2024-01-01', true, '2024-01-01 00:00:00.000', '"x"'],
        [
          4,
          null as unknown as string,
          null as unknown as string,
          null as unknown as boolean,
          null as unknown as string,
          'null',
        ],
      ],
    })
    const columns = 'A, B, C, D, E'
    for (const format of [csv, 'file_format = (type = csv)', "file_format = (field_delimiter = ';')"]) {
      const { rows } = await execute(
        connection,
        `copy into @S/u from (select ${columns} from U) ${format} overwrite=true`,
      )
      expect(rows).toMatchObject([{ rows_unloaded: 4 }])
      await execute(connection, `create or replace table W like U`)
      await execute(
        connection,
        `copy into W (${columns}) from @S/u ${format.replace(')', ' empty_field_as_null = false)')} force=true`,
      )
      const all = (table: string) =>
        rowsOf(connection, `select A, B, C::varchar, D, E::varchar from ${table} order by A`)
      expect(await all('W')).toEqual(await all('U'))
    }
  })

  test('writes the files that were asked for', async () => {
    await execute(connection, "insert into T values (1, 'a', '2024-01-01'), (2, null, null)")
    await execute(connection, 'copy into @S from T')
    await execute(connection, 'copy into @S/dir/ from T file_format = (compression = none)')
    await execute(
      connection,
      'copy into @S/one.csv from T file_format = (compression = none) single=true header=true',
    )
    expect((await rowsOf(connection, 'list @S')).map((row) => (row as string[])[0])).toEqual([
      's/data_0_0_0.csv.gz',
      's/dir/data_0_0_0.csv',
      's/one.csv',
    ])
    expect(await unloaded('one.csv')).toBe('A,B,C\n1,a,2024-01-01\n2,\\N,\\N\n')
    expect(await unloaded('data_0_0_0.csv.gz')).toBe('1,a,2024-01-01\n2,\\N,\\N\n')
    expect(await failureOf(execute(connection, 'copy into @S from T'))).toMatchObject({ sqlState: '22000' })
  })

  test('writes JSON of one column', async () => {
    await execute(
      connection,
      "copy into @S/j from (select object_construct('n', 1)) file_format = (type = json compression = none)",
    )
    expect(await unloaded('j_0_0_0.json')).toBe('{"n":1}\n')
    expect(
      await failureOf(execute(connection, 'copy into @S/k from (select 1) file_format = (type = json)')),
    ).toMatchObject({ code: '000002' })
  })

  test('needs the privileges of its query', async () => {
    expect(await failureOf(execute(connection, 'copy into @S from NOT_THERE'))).toMatchObject({
      code: '002003',
    })
    expect(await failureOf(execute(connection, 'copy into @S from (select 1); drop table T'))).toMatchObject({
      code: '000008',
    })
  })
})

describe('binds that the driver stages', () => {
  const staged = async (more: object = {}) => {
    const session = await connect({
      account: local.account,
      accessUrl: local.url,
      ...local.administrator,
      warehouse: 'AGENTS',
      database: 'CLINIC',
      schema: 'PUBLIC',
      arrayBindingThreshold: 5,
      ...more,
    } as never)
    return session
  }

  test('arrive as they do when they are sent', async () => {
    await execute(connection, 'create or replace table B (A number, B varchar, C boolean, D float, E date)')
    const before = local.queryHistory().length
    const session = await staged()
    const binds = [
      [1, 'Ålund, "雪"\n', true, 0.5, '2024-02-29'],
      [2, '', false, -1.5, null as unknown as string],
      [3, null as unknown as string, true, 1e21, '1969-07-20'],
    ]
    const { statement } = await execute(session, 'insert into B values (?, ?, ?, ?, ?)', { binds })
    expect(statement.getNumUpdatedRows()).toBe(3)
    expect(await rowsOf(connection, 'select A, B, C, D, E::varchar from B order by A')).toEqual(binds)
    const texts = local
      .queryHistory()
      .slice(before)
      .map(({ queryText }) => queryText)
    expect(texts[0]).toContain('TEMPORARY STAGE SYSTEM$BIND')
    expect(texts[1]).toContain('PUT file://1')
    await disconnect(session)
  })

  test('go with the statement for a role that may create no stage', async () => {
    for (const sql of [
      'create or replace table B (A number, B varchar)',
      'create role LOADER',
      "create user LOADER password = 'loader' default_role = LOADER",
      'grant role LOADER to user LOADER',
      'grant usage on warehouse AGENTS to role LOADER',
      'grant usage on database CLINIC to role LOADER',
      'grant usage on schema CLINIC.PUBLIC to role LOADER',
      'grant insert on table B to role LOADER',
    ])
      await execute(connection, sql)
    const session = await staged({ username: 'LOADER', password: 'loader' })
    const binds = Array.from({ length: 4 }, (_, index) => [index, '\\N'])
    await execute(session, 'insert into B values (?, ?)', { binds })
    expect(await rowsOf(connection, 'select count(*), max(B) from B')).toEqual([[4, '\\N']])
    await disconnect(session)
  })

  test('commit an open transaction, and lose a text that reads like NULL: why a governed connection sends its binds', async () => {
    await execute(connection, 'create or replace table B (A number, B varchar)')
    const session = await staged()
    await execute(session, 'begin')
    await execute(session, "insert into B values (0, 'before')")
    const binds = Array.from({ length: 4 }, (_, index) => [index + 1, '\\N'])
    await execute(session, 'insert into B values (?, ?)', { binds })
    await execute(session, 'rollback')
    expect(await rowsOf(connection, 'select A, B from B order by A')).toEqual([
      [0, 'before'],
      [1, null],
      [2, null],
      [3, null],
      [4, null],
    ])
    await disconnect(session)
  })
})
