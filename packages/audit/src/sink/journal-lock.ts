import { open, readFile, rm } from 'node:fs/promises'
import { SnowfenceError } from '@snowfence/core'

const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code

const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // Somebody else's process is alive too.
    return hasCode(error, 'EPERM')
  }
}

const create = async (file: string): Promise<boolean> => {
  try {
    const handle = await open(file, 'wx', 0o600)
    await handle.writeFile(String(process.pid))
    await handle.close()
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

const holderOf = async (file: string): Promise<number> => {
  try {
    return Number.parseInt(await readFile(file, 'utf8'), 10)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return Number.NaN
    throw error
  }
}

/**
 * Takes the lock beside a journal; the function that is given back lets go of it. A lock whose process has died is
 * taken over.
 *
 * @throws ERR_AUDIT_STORE_IN_USE
 */
export const lockJournal = async (journal: string): Promise<() => Promise<void>> => {
  const file = `${journal}.lock`
  if (!(await create(file))) {
    const holder = await holderOf(file)
    const isStale = Number.isSafeInteger(holder) && holder > 0 && !isAlive(holder)
    if (isStale) await rm(file, { force: true })
    if (!isStale || !(await create(file))) {
      throw new SnowfenceError('ERR_AUDIT_STORE_IN_USE', {
        details: { file, processId: Number.isNaN(holder) ? null : holder },
      })
    }
  }
  return () => rm(file, { force: true })
}
