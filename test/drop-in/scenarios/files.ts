import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, rowsOf } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Connection } from '../subject.ts'

const inFolder = async (work: (folder: string) => Promise<unknown>): Promise<unknown> => {
  const folder = await mkdtemp(join(tmpdir(), 'snowfence-'))
  await writeFile(join(folder, 'numbers.csv'), '1,one\n2,two\n')
  await mkdir(join(folder, 'fetched'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const put = async (connection: Connection, cwd: string) =>
  await execute(connection, {
    sqlText: 'put file://numbers.csv @FILES auto_compress=false overwrite=true',
    cwd,
  })

export const fileScenarios: readonly Scenario[] = [
  {
    name: 'a file is put into a stage, listed, got back and removed',
    shows: ['execute.cwd', 'execute.sqlText'],
    differs: ['put', 'got'].map((what) => ({
      member: 'row values',
      kind: 'differs' as const,
      at: `${what}.1.0.message`,
      governed: /^null$/,
      why: 'what has no value is null; in the rows of PUT and GET the driver leaves it undefined',
    })),
    run: async (subject) =>
      await inFolder(async (folder) => {
        const connection = await subject.shared()
        const { error, rows, statement, returned, argumentCount } = await put(connection, folder)
        const got = await execute(connection, {
          sqlText: 'get @FILES/numbers.csv file://fetched',
          cwd: folder,
        })
        return {
          put: [error, rows, argumentCount, statement === returned],
          statement: [statement.getStatus(), statement.getNumRows(), statement.hasNext?.()],
          columns: statement.getColumns()?.map((column) => [column.getName(), column.getType()]),
          listed: ((await rowsOf(connection, 'list @FILES')) as { name: unknown }[]).map(({ name }) => name),
          got: [got.error, got.rows],
          content: await readFile(join(folder, 'fetched', 'numbers.csv'), 'utf8').catch(
            (failure: Error) => failure.name,
          ),
          removed: await rowsOf(connection, 'remove @FILES'),
        }
      }),
  },
  {
    name: 'a file that is not there',
    shows: ['execute.cwd', 'errors'],
    run: async (subject) =>
      await inFolder(async (folder) => {
        const { error, rows, argumentCount } = await execute(await subject.shared(), {
          sqlText: 'put file://nothing.csv @FILES',
          cwd: folder,
        })
        return [error instanceof Error, rows, argumentCount]
      }),
  },
  {
    name: 'what the server says about the files of a statement',
    shows: ['statement.getFileMetadata'],
    differs: [
      {
        member: 'statement.getFileMetadata',
        kind: 'refused',
        at: 'metadata',
        governed: /undefined/,
        why: 'it holds the keys of the storage behind the stage',
      },
    ],
    run: async (subject) =>
      await inFolder(async (folder) => {
        const { statement } = await put(await subject.shared(), folder)
        return { metadata: typeof (statement as unknown as Record<string, unknown>).getFileMetadata }
      }),
  },
  {
    name: 'what is put without a file',
    shows: ['execute.fileStream'],
    differs: [
      {
        member: 'execute.fileStream',
        kind: 'refused',
        at: 'outcome',
        governed: /./,
        why: 'what would be sent is not in the statement that is judged and recorded; the member is not in the driver’s types',
      },
    ],
    run: async (subject) => {
      const { error, rows } = await execute(await subject.shared(), {
        sqlText: 'put file://numbers.csv @FILES auto_compress=false',
        fileStream: 'a,b\n',
      })
      return { outcome: error instanceof Error ? error.message.slice(0, 40) : rows }
    },
  },
]
