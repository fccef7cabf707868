import { join } from 'node:path'
import { SnowfenceError } from '@snowfence/core'
import { makePrivateDirectory, type OwnerLock, takeOwnership } from '@snowfence/core/files'

/**
 * Makes the directory if need be, closes it to other users, and makes this broker its only owner.
 *
 * @throws SnowfenceError `ERR_BROKER_DATA_IN_USE`, `ERR_BROKER_DATA_CORRUPT` when the directory cannot be written or is on
 * a network file system.
 */
export const lockDataDirectory = (directory: string): OwnerLock => {
  let taken: ReturnType<typeof takeOwnership>
  try {
    makePrivateDirectory(directory)
    taken = takeOwnership(join(directory, 'broker'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
      message: `the data directory \`${directory}\` could not be prepared: ${reason}`,
      hint: "give a directory that belongs to the broker's user, such as a new one inside the mounted volume, and free space on its disk",
      cause,
    })
  }
  if (!('kind' in taken)) return taken
  if (taken.kind === 'in-use') {
    throw new SnowfenceError('ERR_BROKER_DATA_IN_USE', {
      message: `the data directory \`${directory}\` is already in use by another broker`,
    })
  }
  throw new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
    message: `the data directory \`${directory}\` is on ${taken.name}, a network file system, whose locks do not keep a second broker out`,
    hint: 'use a disk of this machine, or PostgreSQL (`databaseUrl`)',
  })
}
