import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export const PRIVATE_DIRECTORY = 0o700
export const PRIVATE_FILE = 0o600
const OTHERS = 0o077

/** A mode without the permissions of the group and of others. */
export const closeToOthers = (mode: number): number => mode & ~OTHERS

const closeAll = (directory: string): void => {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    const found = lstatSync(path)
    if (found.isSymbolicLink()) continue
    if ((found.mode & OTHERS) !== 0) chmodSync(path, closeToOthers(found.mode & 0o7777))
    if (found.isDirectory()) closeAll(path)
  }
}

/**
 * Makes a directory and those above it. Node's own `recursive` never ends where the kernel answers `ENOENT` although the
 * parent exists, as in `/proc`.
 */
const makeDirectories = (directory: string): void => {
  const found = statSync(directory, { throwIfNoEntry: false })
  if (found?.isDirectory()) return
  if (found !== undefined)
    throw Object.assign(new Error(`\`${directory}\` is a file, not a directory`), { code: 'ENOTDIR' })
  const parent = dirname(directory)
  if (parent !== directory) makeDirectories(parent)
  try {
    mkdirSync(directory, { mode: PRIVATE_DIRECTORY })
  } catch (error) {
    // Another process may have made it meanwhile; a link that leads nowhere is an error here.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(directory).isDirectory()) throw error
  }
}

/**
 * Makes a directory that only its owner can enter, whatever the process's umask. A directory of this user that others
 * could enter is closed to them, with everything in it.
 *
 * Windows has no such modes: there the directory is made and nothing else.
 *
 * @throws Error of the file system, with its `code`; `ENOTDIR` when a file stands in the way, `EACCES` for a directory of
 * another user that others can enter.
 */
export const makePrivateDirectory = (directory: string): void => {
  makeDirectories(resolve(directory))
  if (process.platform === 'win32') return
  const { mode } = statSync(directory)
  if ((mode & OTHERS) === 0) return
  try {
    chmodSync(directory, closeToOthers(mode & 0o7777))
  } catch (cause) {
    const message = `the directory \`${directory}\` belongs to another user, and others can enter it`
    throw Object.assign(new Error(message, { cause }), { code: 'EACCES' })
  }
  closeAll(directory)
}

/** Closes an existing file to others. @throws Error of the file system when it belongs to another user. */
export const closeFileToOthers = (file: string): void => {
  const { mode } = statSync(file)
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0) chmodSync(file, closeToOthers(mode & 0o7777))
}
