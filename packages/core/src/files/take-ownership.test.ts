import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nameOfNetworkType } from './network-file-system.ts'
import { type OwnerLock, type OwnershipRefusal, takeOwnership } from './take-ownership.ts'

const module = fileURLToPath(new URL('./take-ownership.ts', import.meta.url))

let directory: string
let name: string
let children: ChildProcess[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snowfence-owner-'))
  name = join(directory, 'store')
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  rmSync(directory, { recursive: true })
})

const take = (): OwnerLock => {
  const taken = takeOwnership(name)
  if ('kind' in taken) throw new Error(taken.kind)
  return taken
}
const attempt = (): OwnershipRefusal['kind'] | 'owned' => {
  const taken = takeOwnership(name)
  if ('kind' in taken) return taken.kind
  taken.release()
  return 'owned'
}

/** Takes the store in another process and says so; the process then waits. */
const takeElsewhere = async (before: readonly string[] = []): Promise<ChildProcess> => {
  const program = `
    const { takeOwnership } = await import(${JSON.stringify(module)})
    const taken = takeOwnership(${JSON.stringify(name)})
    process.stdout.write('kind' in taken ? taken.kind : 'owned')
    setInterval(() => {}, 1000)`
  const [command = process.execPath, ...rest] = [...before, process.execPath]
  const child = spawn(command, [...rest, '--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  const said = await new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  )
  return Object.assign(child, { said })
}
const saidBy = (child: ChildProcess): string => (child as ChildProcess & { said: string }).said
const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })

/** A command that runs another one with process ids of its own, where this machine allows it. */
const namespaces = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
const hasNamespaces = spawnSync(namespaces[0] ?? '', [...namespaces.slice(1), 'true']).status === 0

describe('the owner of a store', () => {
  it('is one in this process, until it releases the store', () => {
    const owner = take()
    expect(owner.isHeld()).toBe(true)
    expect(attempt()).toBe('in-use')
    expect(owner.isHeld()).toBe(true)
    owner.release()
    expect(owner.isHeld()).toBe(false)
    expect(existsSync(`${name}.owner`)).toBe(false)
    expect(attempt()).toBe('owned')
  })

  it('is one among processes, and SIGKILL frees the store at once', async () => {
    const child = await takeElsewhere()
    expect(saidBy(child)).toBe('owned')
    expect(attempt()).toBe('in-use')
    await endOf(child)
    expect(attempt()).toBe('owned')
  })

  it('refuses a process that is stopped and not dead no less', async () => {
    const child = await takeElsewhere()
    child.kill('SIGSTOP')
    expect(attempt()).toBe('in-use')
  })

  it.skipIf(!hasNamespaces)(
    'is one among processes with process ids of their own (PID namespaces)',
    async () => {
      const first = await takeElsewhere(namespaces)
      const second = await takeElsewhere(namespaces)
      expect([saidBy(first), saidBy(second)]).toEqual(['owned', 'in-use'])
      await endOf(second)
      expect(attempt()).toBe('in-use')
      await endOf(first)
      await expect.poll(attempt).toBe('owned')
    },
  )
  if (!hasNamespaces)
    process.stdout.write('PID namespaces are not tested: `unshare --pid` is not permitted here\n')

  it('is fenced off for good by a second owner, whoever deleted the lock file', () => {
    const first = take()
    rmSync(`${name}.lock`)
    const second = take()
    expect(second.isHeld()).toBe(true)
    expect(first.isHeld()).toBe(false)
    first.release()
    expect(second.isHeld()).toBe(true)
    expect(attempt()).toBe('in-use')
    second.release()
    expect(first.isHeld()).toBe(false)
  })

  it('is lost when its lock file is deleted, its id is deleted or another id is written', () => {
    for (const harm of [
      () => rmSync(`${name}.lock`),
      () => rmSync(`${name}.owner`),
      () => writeFileSync(`${name}.owner`, 'another\n'),
    ]) {
      const owner = take()
      harm()
      expect(owner.isHeld()).toBe(false)
      owner.release()
    }
  })

  it('is not lost when the modes of its files are changed or its id is written again', () => {
    const owner = take()
    chmodSync(`${name}.lock`, 0o640)
    chmodSync(`${name}.owner`, 0o640)
    expect(owner.isHeld()).toBe(true)
    const id = readFileSync(`${name}.owner`)
    rmSync(`${name}.owner`)
    writeFileSync(`${name}.owner`, id)
    expect(owner.isHeld()).toBe(true)
    owner.release()
  })

  it('takes over the lock file of an earlier version, which held a process id', () => {
    writeFileSync(`${name}.lock`, '1 12345\n')
    expect(attempt()).toBe('owned')
  })

  it.skipIf(process.platform === 'win32')('keeps its files to itself', () => {
    const owner = take()
    for (const ending of ['lock', 'owner']) expect(statSync(`${name}.${ending}`).mode & 0o777).toBe(0o600)
    owner.release()
  })
})

describe('a network file system', () => {
  it('is named by its type number, as a signed number too', () => {
    expect(nameOfNetworkType(0x6969n)).toBe('NFS')
    expect(nameOfNetworkType(0xfe534d42)).toBe('SMB')
    expect(nameOfNetworkType(0xfe534d42 - 2 ** 32)).toBe('SMB')
    expect(nameOfNetworkType(0xef53)).toBe(null)
    expect(nameOfNetworkType(0x01021994n)).toBe(null)
  })
})
