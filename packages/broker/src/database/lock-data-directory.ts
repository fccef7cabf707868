import { join } from 'node:path'
import { SnowfenceError } from '@snowfence/core'
import { type OwnerLock, takeOwnership } from '@snowfence/core/files'
import { prepareDataDirectory, unpreparedDirectory } from './prepare-data-directory.ts'

/**
 * Makes the directory if need be, closes it to other users, and makes this broker its only owner.
 *
 * @throws SnowfenceError `ERR_BROKER_DATA_IN_USE`, `ERR_BROKER_CONFIG_INVALID` when there can be no such directory or it
 * is on a network file system, `ERR_BROKER_DATA_CORRUPT` when its disk is full or fails.
 */
export const lockDataDirectory = (directory: string): OwnerLock => {
  prepareDataDirectory(directory)
  let taken: ReturnType<typeof takeOwnership>
  try {
    taken = takeOwnership(join(directory, 'broker'))
  } catch (cause) {
    throw unpreparedDirectory(directory, cause)
  }
  if (!('kind' in taken)) return taken
  if (taken.kind === 'in-use') {
    throw new SnowfenceError('ERR_BROKER_DATA_IN_USE', {
      message: `the data directory \`${directory}\` is already in use by another broker`,
    })
  }
  throw new SnowfenceError('ERR_BROKER_CONFIG_INVALID', {
    message: `the data directory \`${directory}\` is on ${taken.name}, a network file system, whose locks do not keep a second broker out`,
    hint: 'use a disk of this machine, or PostgreSQL (`databaseUrl`)',
  })
}
