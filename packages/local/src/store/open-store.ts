import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SnowfenceError } from '@snowfence/core'
import { quoteLiteral } from '../dictionary/identifier.ts'
import { Engine } from '../engine/duckdb.ts'
import { StagedFiles } from '../stage/staged-files.ts'
import { type AccountState, accountStateSchema } from './account-state.ts'

export interface Store {
  readonly engine: Engine
  /** Where the files of stages are. */
  readonly stagedFiles: StagedFiles
  close(): Promise<void>
  /** What an earlier run left, or null for a new store. */
  readonly state: AccountState | null
  /** Keeps what the account is beside its rows. Does nothing for a store in memory. */
  save(state: AccountState): Promise<void>
}

const corrupt = (directory: string, cause: unknown) => {
  const locked = cause instanceof Error && /lock/i.test(cause.message)
  return new SnowfenceError('ERR_LOCAL_DATA_CORRUPT', {
    message: locked
      ? `the data directory \`${directory}\` is in use by another program`
      : `the data directory \`${directory}\` could not be opened`,
    ...(locked ? { hint: 'stop the other program or choose another directory' } : {}),
    details: { directory },
    cause,
  })
}

/**
 * Opens DuckDB in a directory, or in memory.
 *
 * @throws SnowfenceError ERR_LOCAL_DATA_CORRUPT
 */
export const openStore = async (directory: string | null): Promise<Store> => {
  if (directory === null) {
    const engine = await Engine.open(null)
    const stagedFiles = await StagedFiles.open(null)
    const close = async () => {
      engine.close()
      await stagedFiles.close()
    }
    return { engine, stagedFiles, state: null, save: async () => undefined, close }
  }
  let engine: Engine | null = null
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    engine = await Engine.open(join(directory, 'local.duckdb'))
    return await keepState(engine, await StagedFiles.open(join(directory, 'stages')))
  } catch (cause) {
    engine?.close()
    throw corrupt(directory, cause)
  }
}

const keepState = async (engine: Engine, stagedFiles: StagedFiles): Promise<Store> => {
  const connection = await engine.connect()
  await connection.run('CREATE TABLE IF NOT EXISTS main.account_state (content VARCHAR)')
  const result = await connection.run('SELECT content FROM main.account_state')
  const contents: unknown[] = []
  for await (const batch of result.batches()) contents.push(...batch.map(([content]) => content))
  const [content, ...more] = contents
  if (more.length > 0) throw new Error('more than one state in the store')
  return {
    engine,
    stagedFiles,
    close: async () => {
      connection.close()
      engine.close()
      await stagedFiles.close()
    },
    state: content === undefined ? null : accountStateSchema.parse(JSON.parse(String(content))),
    save: async (state) => {
      const literal = quoteLiteral(JSON.stringify(state))
      await connection.run('BEGIN TRANSACTION')
      await connection.run('DELETE FROM main.account_state')
      await connection.run(`INSERT INTO main.account_state VALUES (${literal})`)
      await connection.run('COMMIT')
    },
  }
}
