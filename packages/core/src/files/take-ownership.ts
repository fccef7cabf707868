import { randomUUID } from 'node:crypto'
import {
  type BigIntStats,
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { networkFileSystemOf } from './network-file-system.ts'
import { PRIVATE_FILE } from './private-files.ts'
import { syncDirectory } from './sync-directory.ts'

/** The right to write to a store, until it is released or another process takes it. */
export interface OwnerLock {
  /** Random, written beside the store when it was taken. */
  readonly id: string
  /**
   * Whether this process still is the owner. A writer asks after its data is on the disk and before it acknowledges: the
   * next owner writes its id first and reads the data afterwards, so it finds everything that was acknowledged.
   */
  isHeld(): boolean
  release(): void
}

/** Why a store cannot be owned: another process holds its lock, or its file system has no locks to rely on. */
export type OwnershipRefusal =
  | { readonly kind: 'in-use' }
  | { readonly kind: 'network-file-system'; readonly name: string }

type KernelLock = { close(): void }

/**
 * Owners in this process by lock file: opening and closing the file a second time would end its lock (POSIX). A lock that
 * was collected as garbage would end too, so it is referenced here.
 */
const heldHere = new Map<string, { readonly id: string; readonly kernelLock: KernelLock }>()

const statOf = (file: string): BigIntStats | undefined =>
  statSync(file, { bigint: true, throwIfNoEntry: false })

const isSameFile = (left: BigIntStats | undefined, right: BigIntStats | undefined): boolean =>
  left !== undefined && right !== undefined && left.dev === right.dev && left.ino === right.ino

const createEmpty = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', PRIVATE_FILE))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/**
 * Takes the kernel's lock on a file, or gives null when another process holds it. SQLite takes it: Node brings SQLite
 * with it on every platform, and the kernel ends the lock with the process, in whatever PID namespace that is.
 */
const lockFile = (file: string): KernelLock | null => {
  // Loaded here, and not by every program that imports this module.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    const { errcode } = error as { readonly errcode?: number }
    // SQLITE_BUSY and SQLITE_LOCKED, without the extended part of the code.
    if (errcode !== undefined && [5, 6].includes(errcode & 0xff)) return null
    throw error
  }
}

/** Writes the owner's id under its name in one step, durable before this returns. */
const writeOwner = (file: string, id: string): void => {
  const draft = `${file}.${id}`
  const descriptor = openSync(draft, 'wx', PRIVATE_FILE)
  try {
    writeSync(descriptor, `${id}\n`)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(draft, file)
  syncDirectory(dirname(file))
}

/** Tells whether both files still are this owner's. The first no is final. Costs two calls of stat(2). */
const watchOwner = (lock: string, owner: string, id: string): (() => boolean) => {
  const locked = statOf(lock)
  let written = statOf(owner)
  let isLost = false
  const isUnchanged = (): boolean => {
    if (!isSameFile(statOf(lock), locked)) return false
    const found = statOf(owner)
    if (isSameFile(found, written) && found?.ctimeNs === written?.ctimeNs) return true
    // Another mode or a copy from a backup is no other owner.
    if (readFileSync(owner, 'utf8') !== `${id}\n`) return false
    written = found
    return true
  }
  return () => {
    try {
      isLost ||= !isUnchanged()
    } catch {
      isLost = true
    }
    return !isLost
  }
}

/**
 * Makes this process the only owner of a store on this machine.
 *
 * Two things hold other processes off. The kernel's lock on `NAME.lock` refuses a second process while the first one
 * lives, and ends with it. The id in `NAME.owner` fences a first owner off if a second one comes all the same, because the
 * lock file was deleted, say: `isHeld` is false from then on.
 *
 * @param name path of the store; `.lock` and `.owner` are appended to it. Its directory exists.
 * @throws Error of the file system.
 */
export const takeOwnership = (name: string): OwnerLock | OwnershipRefusal => {
  const directory = realpathSync(dirname(name))
  const network = networkFileSystemOf(directory)
  if (network !== null) return { kind: 'network-file-system', name: network }
  const base = join(directory, basename(name))
  const lock = `${base}.lock`
  const owner = `${base}.owner`
  if (heldHere.has(lock) && statOf(lock) !== undefined) return { kind: 'in-use' }
  // A lock file is empty. One with contents was written by something else, and holds no lock of ours.
  if ((statOf(lock)?.size ?? 0n) > 0n) rmSync(lock, { force: true })
  createEmpty(lock)
  chmodSync(lock, PRIVATE_FILE)
  const kernelLock = lockFile(lock)
  if (kernelLock === null) return { kind: 'in-use' }
  const id = randomUUID()
  try {
    writeOwner(owner, id)
  } catch (error) {
    kernelLock.close()
    throw error
  }
  heldHere.set(lock, { id, kernelLock })
  const isOwner = watchOwner(lock, owner, id)
  let isReleased = false
  return {
    id,
    isHeld: () => !isReleased && isOwner(),
    release() {
      if (isReleased) return
      isReleased = true
      // The lock file stays: if it were deleted, a process that has it open and a new one would lock two files.
      if (isOwner()) rmSync(owner, { force: true })
      if (heldHere.get(lock)?.id === id) heldHere.delete(lock)
      kernelLock.close()
    },
  }
}
