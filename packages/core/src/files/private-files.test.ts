import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePrivateDirectory } from './private-files.ts'

let parent: string
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'snowfence-private-'))
})
afterAll(() => rmSync(parent, { recursive: true }))

/** The error of the file system, and the milliseconds after which it was thrown. */
const refusalOf = (directory: string): { code: string | undefined; message: string; took: number } => {
  const started = performance.now()
  try {
    makePrivateDirectory(directory)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { code, message, took: performance.now() - started }
  }
  throw new Error(`${directory} was made`)
}

describe.skipIf(process.platform === 'win32')('a private directory', () => {
  it('is made with those above it, and is there already the second time', () => {
    const directory = join(parent, 'a', 'b', 'c')
    makePrivateDirectory(directory)
    makePrivateDirectory(`${directory}/`)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
  })

  it('may be named by a symbolic link', () => {
    mkdirSync(join(parent, 'target'), { mode: 0o700 })
    symlinkSync(join(parent, 'target'), join(parent, 'link'))
    makePrivateDirectory(join(parent, 'link'))
  })

  it('is refused with the name of the file that stands in its way', () => {
    const file = join(parent, 'file')
    writeFileSync(file, '')
    for (const directory of [file, join(file, 'x'), join(file, 'x', 'y')]) {
      const { code, message } = refusalOf(directory)
      expect(code).toBe('ENOTDIR')
      expect(message).toBe(`\`${file}\` is a file, not a directory`)
    }
    expect(refusalOf('/dev/null/x')).toMatchObject({
      code: 'ENOTDIR',
      message: '`/dev/null` is a file, not a directory',
    })
  })

  it('is refused when its symbolic link leads nowhere', () => {
    symlinkSync(join(parent, 'nowhere'), join(parent, 'dangling'))
    expect(refusalOf(join(parent, 'dangling')).code).toBe('ENOENT')
    expect(refusalOf(join(parent, 'dangling', 'x')).code).toBe('ENOENT')
  })

  it.skipIf(process.platform !== 'linux').each(['/proc/x', '/proc/x/y', '/proc/self/x', '/dev/fd/x'])(
    'is refused at once in %s, where nothing can ever be made',
    (directory) => {
      const { code, took } = refusalOf(directory)
      expect(code).toBe('ENOENT')
      expect(took).toBeLessThan(1000)
    },
  )
})
