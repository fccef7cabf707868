import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SnowfenceError } from '@snowfence/core'

const heldByThisProcess = new Set<string>()

/** Linux: field 22 of `/proc/<pid>/stat` is the start time, which tells a process from a later one with its number. */
const startOf = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const isHeld = (file: string): boolean => {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch {
    return false
  }
  const [pidText, start] = content.trim().split(' ')
  const pid = Number(pidText)
  if (!Number.isInteger(pid) || pid <= 0) return false
  if (pid === process.pid) return heldByThisProcess.has(file)
  if (!isAlive(pid)) return false
  const present = startOf(pid)
  return present === null || start === undefined || present === start
}

/**
 * Makes sure that one broker at a time opens the embedded database of a directory.
 *
 * A lock left by a process that is gone is taken over.
 *
 * @returns a function that gives the directory free.
 * @throws SnowfenceError `ERR_BROKER_DATA_IN_USE`, `ERR_BROKER_DATA_CORRUPT` when the directory cannot be written.
 */
export const lockDataDirectory = (directory: string): (() => void) => {
  const file = join(directory, 'broker.lock')
  const content = `${process.pid} ${startOf(process.pid) ?? ''}\n`
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    if (isHeld(file)) {
      throw new SnowfenceError('ERR_BROKER_DATA_IN_USE', {
        message: `the data directory \`${directory}\` is already in use by another broker`,
      })
    }
    rmSync(file, { force: true })
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (error instanceof SnowfenceError) throw error
    const inUse = (error as NodeJS.ErrnoException).code === 'EEXIST' && isHeld(file)
    throw new SnowfenceError(inUse ? 'ERR_BROKER_DATA_IN_USE' : 'ERR_BROKER_DATA_CORRUPT', {
      message: `the data directory \`${directory}\` could not be ${inUse ? 'locked' : 'written'}`,
      hint: 'give a directory that the broker may create and write',
      cause: error,
    })
  }
  heldByThisProcess.add(file)
  return () => {
    heldByThisProcess.delete(file)
    rmSync(file, { force: true })
  }
}
