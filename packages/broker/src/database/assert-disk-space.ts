import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SnowfenceError } from '@snowfence/core'
import { PRIVATE_FILE } from '@snowfence/core/files'

const PROBE = Buffer.alloc(64 * 1024)
/** No space, a quota, a limit of the file's size. */
const fullCodes: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/**
 * Writes a small file to a directory and removes it: free blocks say nothing about a quota.
 *
 * @throws SnowfenceError `ERR_BROKER_DISK_FULL`
 */
export const assertDiskSpace = (directory: string): void => {
  const file = join(directory, 'broker.space')
  try {
    writeFileSync(file, PROBE, { mode: PRIVATE_FILE })
  } catch (cause) {
    if (!fullCodes.has((cause as NodeJS.ErrnoException).code)) throw cause
    throw new SnowfenceError('ERR_BROKER_DISK_FULL', { cause })
  } finally {
    rmSync(file, { force: true })
  }
}
