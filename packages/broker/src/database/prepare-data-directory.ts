import { SnowfenceError } from '@snowfence/core'
import { makePrivateDirectory } from '@snowfence/core/files'

/** What the file system says of a path that cannot be a data directory, however often the broker starts. */
const UNFIT_PATH = new Set([
  'ENOTDIR',
  'ENOENT',
  'EROFS',
  'EPERM',
  'EACCES',
  'ELOOP',
  'ENAMETOOLONG',
  'EINVAL',
])

/** The error of a data directory that the file system does not let the broker make, close to others or write to. */
export const unpreparedDirectory = (directory: string, cause: unknown): SnowfenceError => {
  const { code = '', message }: NodeJS.ErrnoException =
    cause instanceof Error ? cause : new Error(String(cause))
  return new SnowfenceError(UNFIT_PATH.has(code) ? 'ERR_BROKER_CONFIG_INVALID' : 'ERR_BROKER_DATA_CORRUPT', {
    message: `the data directory \`${directory}\` could not be prepared: ${message}`,
    hint: "let `dataDir` (SNOWFENCE_BROKER_DATA_DIR) name a directory that belongs to the broker's user, such as a new one inside the mounted volume, with free space on its disk",
    cause,
  })
}

/**
 * Makes the directory if need be, and closes it to other users.
 *
 * @throws SnowfenceError `ERR_BROKER_CONFIG_INVALID` where there can be no such directory, `ERR_BROKER_DATA_CORRUPT`
 * where its disk is full or fails.
 */
export const prepareDataDirectory = (directory: string): void => {
  try {
    makePrivateDirectory(directory)
  } catch (cause) {
    throw unpreparedDirectory(directory, cause)
  }
}
