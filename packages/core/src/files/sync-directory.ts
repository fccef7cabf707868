import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Waits for the disk to hold the names in a directory: a new, renamed or removed file is durable after it. */
export const syncDirectory = (directory: string): void => {
  // Windows has no call for it.
  if (process.platform === 'win32') return
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
