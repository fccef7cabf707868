import { fdatasync, fstatSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { SnowfenceError } from '@snowfence/core'
import { notDurable } from './not-durable.ts'

/** A file of JSON Lines that one process appends to, on the disk before it says so. */
export interface LineFile {
  /**
   * Appends whole lines; resolves when they survive a loss of power. One call at a time.
   *
   * @throws ERR_AUDIT_NOT_DURABLE with the cause `store-failed`, from the first failure on for good: after it nobody
   * knows what is on the disk, and only the next opening finds out.
   */
  append(lines: string): Promise<void>
  /** Empties the file, when what it held is durable elsewhere. @throws ERR_AUDIT_NOT_DURABLE */
  clear(): Promise<void>
  /** @throws ERR_AUDIT_NOT_DURABLE when an earlier write failed. */
  assertSound(): void
  close(): Promise<void>
}

const syncData = promisify(fdatasync)

/** A new file is durable only once its directory is. */
const syncDirectory = async (file: string): Promise<void> => {
  // Windows has no call for it.
  if (process.platform === 'win32') return
  const directory = await open(dirname(file), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

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
): Promise<LineFile> => {
  const handle = await open(file, 'a+', 0o600)
  let length: number
  try {
    await syncDirectory(file)
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

  const write = async (work: () => Promise<void>): Promise<void> => {
    assertSound()
    try {
      await work()
    } catch {
      isBroken = true
      assertSound()
    }
  }

  return {
    append: (lines) =>
      write(async () => {
        const bytes = Buffer.from(lines)
        if (fstatSync(handle.fd).size !== length) throw new Error('somebody else wrote to the file')
        // Into the operating system's memory at once; only the wait for the disk is worth a turn of another thread.
        if (writeSync(handle.fd, bytes) !== bytes.length) throw new Error('the disk is full')
        await syncData(handle.fd)
        length += bytes.length
      }),
    clear: () =>
      write(async () => {
        await handle.truncate(0)
        length = 0
      }),
    assertSound,
    close: () => handle.close(),
  }
}
