import { fdatasync, fstatSync, ftruncateSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import { closeFileToOthers, PRIVATE_FILE, syncDirectory } from '@snowfence/core/files'
import { notDurable } from './not-durable.ts'

/** A file of JSON Lines that one process appends to, on the disk before it says so. */
export interface LineFile {
  /**
   * Appends whole lines; resolves when they survive a loss of power. One call at a time.
   *
   * A disk that is full fails the call and nothing else: the file is as it was, and the next call may succeed.
   *
   * @throws ERR_AUDIT_NOT_DURABLE with the cause `disk-full`, or `store-failed` after which every call fails: the contents
   * of the disk are unknown until the file is opened again.
   */
  append(lines: string): Promise<void>
  /** Empties the file, when what it held is durable elsewhere. @throws ERR_AUDIT_NOT_DURABLE */
  clear(): Promise<void>
  /** @throws ERR_AUDIT_NOT_DURABLE when an earlier write failed for good. */
  assertSound(): void
  close(): Promise<void>
}

export interface LineFileOptions {
  /** Whether this process may write to the file. Asked before lines are acknowledged and before they are removed. */
  readonly isOwned?: () => boolean
}

const syncData = promisify(fdatasync)

/** Errors of a write that changed nothing but the length of the file: no space, a quota, a limit of the file's size. */
const fullCodes: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The bytes of the complete lines: what follows them was cut short by a crash and never acknowledged. */
const readLines = async (
  handle: FileHandle,
  readLine: (text: string, line: number) => void,
): Promise<number> => {
  let length = 0
  let line = 0
  let rest = Buffer.alloc(0)
  for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) {
    rest = Buffer.concat([rest, chunk as Buffer])
    let start = 0
    for (let end = rest.indexOf(10, start); end >= 0; end = rest.indexOf(10, start)) {
      line += 1
      readLine(rest.toString('utf8', start, end), line)
      length += end + 1 - start
      start = end + 1
    }
    rest = rest.subarray(start)
  }
  // No beginning of a line is JSON by itself, so this one is whole, and only its end was changed.
  if (isJson(rest.toString('utf8', 0, rest.length - 1))) {
    throw new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', {
      message: `line ${line + 1} of the audit journal does not end as it was written`,
      details: { line: line + 1 },
    })
  }
  return length
}

/**
 * Opens a file of JSON Lines, created readable by its owner alone, and reads it from its beginning. A last line that a
 * crash cut short is dropped: it was never acknowledged.
 *
 * @param readLine told of each complete line, counted from 1; what it throws ends the opening.
 * @throws ERR_AUDIT_STORE_CORRUPT
 */
export const openLineFile = async (
  file: string,
  readLine: (text: string, line: number) => void,
  { isOwned = () => true }: LineFileOptions = {},
): Promise<LineFile> => {
  const handle = await open(file, 'a+', PRIVATE_FILE)
  let length: number
  try {
    closeFileToOthers(file)
    syncDirectory(dirname(file))
    length = await readLines(handle, readLine)
    await handle.truncate(length)
  } catch (error) {
    await handle.close()
    throw error
  }
  let isBroken = false

  const assertSound = (): void => {
    if (isBroken) throw notDurable('store-failed')
  }

  const assertOwned = (): void => {
    if (!isOwned()) throw new Error('another process has taken the file')
    if (fstatSync(handle.fd).size !== length) throw new Error('somebody else wrote to the file')
  }

  const write = async (work: () => Promise<void>): Promise<void> => {
    assertSound()
    try {
      await work()
    } catch (error) {
      if (isSnowfenceError(error)) throw error
      isBroken = true
      assertSound()
    }
  }

  /** Into the operating system's memory. What a full disk took of it is removed again: it needs no space to shrink. */
  const writeAll = (bytes: Buffer): void => {
    let written = 0
    let code: string | undefined = 'ENOSPC'
    try {
      written = writeSync(handle.fd, bytes)
    } catch (error) {
      code = (error as NodeJS.ErrnoException).code
    }
    if (written === bytes.length) return
    ftruncateSync(handle.fd, length)
    if (fullCodes.has(code)) throw notDurable('disk-full', { code })
    throw new Error('the file cannot be written')
  }

  return {
    append: (lines) =>
      write(async () => {
        const bytes = Buffer.from(lines)
        assertOwned()
        // At once; only the wait for the disk is worth a turn of another thread.
        writeAll(bytes)
        await syncData(handle.fd)
        length += bytes.length
        // Asked when the lines are durable: the next owner reads them if it came later, and refuses this one if not.
        assertOwned()
      }),
    clear: () =>
      write(async () => {
        assertOwned()
        await handle.truncate(0)
        length = 0
      }),
    assertSound,
    close: () => handle.close(),
  }
}
