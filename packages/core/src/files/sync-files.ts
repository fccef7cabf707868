import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from './sync-directory.ts'

/** Files whose data the disk is asked to hold at the same time: it writes them together. */
const AT_ONCE = 16

// Windows syncs only what may be written; elsewhere a file that may only be read is synced as well.
const MODE = process.platform === 'win32' ? 'r+' : 'r'

/** Waits for the disk to hold everything in a directory and below: names and contents, whichever process wrote them. */
export const syncFiles = async (directory: string): Promise<void> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const syncNext = async (): Promise<void> => {
    for (let file = files.pop(); file !== undefined; file = files.pop()) {
      const handle = await open(file, MODE)
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, syncNext))
  for (const { parentPath, name } of entries.filter((entry) => entry.isDirectory())) {
    syncDirectory(join(parentPath, name))
  }
  syncDirectory(directory)
}
