import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { canonicalJson, SnowfenceError } from '@snowfence/core'
import { closeFileToOthers, PRIVATE_FILE, syncDirectory } from '@snowfence/core/files'
import { HASH_LENGTH } from '../tree/hash.ts'

/** Size and root (base64) of a tree that was acknowledged. */
export interface AcknowledgedHead {
  readonly size: number
  readonly rootHash: string
}

/**
 * The head of the last acknowledgement, in a file beside a journal: it shows that records are missing when the journal
 * was deleted, or cut at the end of a line.
 */
export interface HeadFile {
  /** The head that an earlier run left; null for a new file. */
  readonly found: AcknowledgedHead | null
  /**
   * Writes the head of an acknowledgement before it is given. It survives the end of the process at once, and a loss of
   * power after `sync`: the file may then hold an earlier head, and never a later one than the journal.
   */
  write(head: AcknowledgedHead): void
  /** Waits for the disk. */
  sync(): void
  close(): void
}

/** Each head fills the file: one write replaces it, and needs no space on the disk. */
const LENGTH = 128

const format = (head: AcknowledgedHead): Buffer => Buffer.from(`${canonicalJson(head).padEnd(LENGTH - 1)}\n`)

const parse = (text: string): AcknowledgedHead | null => {
  let value: Partial<AcknowledgedHead> | null
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const { size, rootHash } = value ?? {}
  if (!Number.isSafeInteger(size) || (size as number) < 0 || typeof rootHash !== 'string') return null
  return Buffer.from(rootHash, 'base64').length === HASH_LENGTH ? { size: size as number, rootHash } : null
}

const read = (file: string): AcknowledgedHead | null => {
  if (!existsSync(file)) return null
  const text = readFileSync(file, 'utf8')
  // Its making was interrupted, by a disk that was full, say.
  if (/^\0*$/.test(text)) return null
  const head = parse(text)
  if (head !== null) return head
  throw new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', {
    message: `the file \`${file}\` does not hold the last acknowledged head`,
    details: { file },
  })
}

/**
 * Opens the file of the last acknowledged head. A new file begins with `initial`.
 *
 * @throws ERR_AUDIT_STORE_CORRUPT when the file exists and holds no head.
 */
export const openHeadFile = (file: string, initial: () => AcknowledgedHead): HeadFile => {
  const found = read(file)
  const descriptor = openSync(file, existsSync(file) ? 'r+' : 'wx+', PRIVATE_FILE)
  const write = (head: AcknowledgedHead): void => {
    if (writeSync(descriptor, format(head), 0, LENGTH, 0) !== LENGTH)
      throw new Error('a head was not written')
  }
  try {
    closeFileToOthers(file)
    if (found === null || fstatSync(descriptor).size !== LENGTH) write(found ?? initial())
    fsyncSync(descriptor)
    syncDirectory(dirname(file))
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
  let isClosed = false
  return {
    found,
    write,
    sync: () => fdatasyncSync(descriptor),
    close() {
      if (!isClosed) closeSync(descriptor)
      isClosed = true
    },
  }
}
