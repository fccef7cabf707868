import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SnowfenceError } from '@snowfence/core'
import { Engine } from '../engine/duckdb.ts'

export interface Store {
  readonly engine: Engine
}

/** Opens DuckDB in a directory, or in memory. @throws SnowfenceError ERR_LOCAL_DATA_CORRUPT */
export const openStore = async (directory: string | null): Promise<Store> => {
  if (directory === null) return { engine: await Engine.open(null) }
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    return { engine: await Engine.open(join(directory, 'local.duckdb')) }
  } catch (cause) {
    throw new SnowfenceError('ERR_LOCAL_DATA_CORRUPT', { cause })
  }
}
