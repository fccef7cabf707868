import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SnowfenceError } from '@snowfence/core'
import { prepareDataDirectory, unpreparedDirectory } from '../database/prepare-data-directory.ts'

const KEY_BYTES = 32

const parseKey = (text: string): Uint8Array | null => {
  const key = Buffer.from(text.trim(), 'base64')
  return key.length === KEY_BYTES ? new Uint8Array(key) : null
}

const corrupt = (message: string): SnowfenceError =>
  new SnowfenceError('ERR_BROKER_DATA_CORRUPT', { message })

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const code = String((cause as NodeJS.ErrnoException).code)
    throw new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
      message: `the key file \`${file}\` could not be read (${code})`,
      hint: "let the file belong to the broker's user, or restore it from the backup of the directory",
      cause,
    })
  }
}

const readKeyFile = (file: string): Uint8Array | null => {
  if (!existsSync(file)) return null
  const key = parseKey(readText(file))
  if (key === null) throw corrupt(`the key file \`${file}\` is damaged`)
  return key
}

const makeKeyFile = (dataDir: string): Uint8Array => {
  if (existsSync(join(dataDir, 'database'))) {
    throw corrupt(`the data directory \`${dataDir}\` holds a database but not the key it was sealed with`)
  }
  const key = randomBytes(KEY_BYTES)
  prepareDataDirectory(dataDir)
  try {
    writeFileSync(join(dataDir, 'broker.key'), `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw unpreparedDirectory(dataDir, error)
  }
  return new Uint8Array(key)
}

export interface RootKeyLocation {
  /** Base64 of 32 bytes, from the environment or a secret store. */
  readonly encryptionKey?: string | undefined
  readonly dataDir?: string | undefined
}

/**
 * The broker's root key: given, else kept in the data directory (made at the first start, readable by its owner
 * alone), else only in memory together with the in-memory database.
 *
 * @throws SnowfenceError `ERR_BROKER_CONFIG_INVALID` for a key of the wrong form and a directory that cannot be made,
 * `ERR_BROKER_DATA_CORRUPT` when a data directory with a database has lost its key.
 */
export const loadRootKey = ({ encryptionKey, dataDir }: RootKeyLocation): Uint8Array => {
  if (encryptionKey !== undefined) {
    const key = parseKey(encryptionKey)
    if (key !== null) return key
    throw new SnowfenceError('ERR_BROKER_CONFIG_INVALID', {
      message: 'the encryption key is not base64 of 32 bytes',
      hint: 'make one with `openssl rand -base64 32` and give it as SNOWFENCE_BROKER_KEY',
    })
  }
  if (dataDir === undefined) return new Uint8Array(randomBytes(KEY_BYTES))
  return readKeyFile(join(dataDir, 'broker.key')) ?? makeKeyFile(dataDir)
}
