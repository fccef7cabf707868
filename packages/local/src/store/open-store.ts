import { join } from 'node:path'
import { SnowfenceError } from '@snowfence/core'
import { closeFileToOthers, makePrivateDirectory, type OwnerLock, takeOwnership } from '@snowfence/core/files'
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

/** @throws Error whose message says that a lock stands in the way. */
const ownDirectory = (directory: string): OwnerLock => {
  makePrivateDirectory(directory)
  const taken = takeOwnership(join(directory, 'local'))
  if (!('kind' in taken)) return taken
  throw new Error(
    taken.kind === 'in-use'
      ? 'another process holds the lock of the directory'
      : `the locks of ${taken.name}, a network file system, are not relied on`,
  )
}

/**
 * Opens DuckDB in a directory, or in memory. The directory has one owner and is closed to other users.
 *
 * @throws SnowfenceError ERR_LOCAL_DATA_CORRUPT
 */
export const openStore = async (directory: string | null, engineMegabytes: number): Promise<Store> => {
  if (directory === null) {
    const engine = await Engine.open(null, engineMegabytes)
    const stagedFiles = await StagedFiles.open(null)
    const close = async () => {
      engine.close()
      await stagedFiles.close()
    }
    return { engine, stagedFiles, state: null, save: async () => undefined, close }
  }
  let engine: Engine | null = null
  let owner: OwnerLock | null = null
  try {
    owner = ownDirectory(directory)
    const file = join(directory, 'local.duckdb')
    engine = await Engine.open(file, engineMegabytes)
    closeFileToOthers(file)
    return await keepState(engine, await StagedFiles.open(join(directory, 'stages')), owner)
  } catch (cause) {
    engine?.close()
    owner?.release()
    throw corrupt(directory, cause)
  }
}

const keepState = async (engine: Engine, stagedFiles: StagedFiles, owner: OwnerLock): Promise<Store> => {
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
      owner.release()
    },
    state: content === undefined ? null : accountStateSchema.parse(JSON.parse(String(content))),
    save: async (state) => {
      if (!owner.isHeld())
        throw new Error('another process has taken the data directory of the local Snowflake')
      const literal = quoteLiteral(JSON.stringify(state))
      await connection.run('BEGIN TRANSACTION')
      await connection.run('DELETE FROM main.account_state')
      await connection.run(`INSERT INTO main.account_state VALUES (${literal})`)
      await connection.run('COMMIT')
    },
  }
}
