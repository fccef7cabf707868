import { spawnSync } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLineFile } from './line-file.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'snowfence-lines-'))
  file = path.join(folder, 'lines.jsonl')
})
afterEach(() => rm(folder, { recursive: true }))

const open = async () => {
  const read: string[] = []
  const lines = await openLineFile(file, (text, line) => read.push(`${line} ${text}`))
  return { lines, read }
}

describe('a file of lines', () => {
  it('gives back what was appended, can be read by its owner alone, and is empty when it was cleared', async () => {
    const first = await open()
    await first.lines.append('{"a":1}\n{"a":2}\n')
    await first.lines.append('{"a":3}\n')
    await first.lines.close()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const second = await open()
    expect(second.read).toEqual(['1 {"a":1}', '2 {"a":2}', '3 {"a":3}'])
    await second.lines.clear()
    expect(await readFile(file, 'utf8')).toBe('')
    await second.lines.append('{"a":4}\n')
    await second.lines.close()
    const third = await open()
    expect(third.read).toEqual(['1 {"a":4}'])
    await third.lines.close()
  })

  it('drops a last line wherever a crash cut it', async () => {
    const line = '{"a":{"b":"ü"}}\n'
    const bytes = Buffer.from(line)
    for (let cut = 1; cut < bytes.length; cut += 1) {
      await writeFile(file, Buffer.concat([bytes, bytes.subarray(0, cut)]))
      const { lines, read } = await open()
      expect(read).toEqual([`1 ${line.trimEnd()}`])
      await lines.append('{}\n')
      await lines.close()
      expect(await readFile(file, 'utf8')).toBe(`${line}{}\n`)
    }
  })

  it('is not opened when the end of its last line was changed: that line was acknowledged', async () => {
    await writeFile(file, '{"a":1}\n{"a":2}x')
    await expect(open()).rejects.toMatchObject({ code: 'ERR_AUDIT_STORE_CORRUPT', details: { line: 2 } })
  })

  it('takes nothing any more, once a write went wrong', async () => {
    const { lines } = await open()
    await lines.append('{}\n')
    await appendFile(file, 'x')
    for (const attempt of [() => lines.append('{}\n'), () => lines.append('{}\n'), () => lines.clear()]) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'ERR_AUDIT_NOT_DURABLE',
        details: { cause: 'store-failed' },
      })
    }
    expect(() => lines.assertSound()).toThrow('could not be written')
    await lines.close()
  })

  const module = fileURLToPath(new URL('./line-file.ts', import.meta.url))
  /** Appends lines in a process whose files may grow to 4,096 bytes, which is the same error as a disk that is full. */
  const appendUntilFull = (): { appended: number; causes: string[] } => {
    const program = `
      const { openLineFile } = await import(${JSON.stringify(module)})
      const lines = await openLineFile(${JSON.stringify(file)}, () => {})
      const line = JSON.stringify({ text: 'x'.repeat(990) }) + '\\n'
      const causes = []
      let appended = 0
      for (let attempt = 0; attempt < 8; attempt += 1) {
        try { await lines.append(attempt === 6 ? '{}\\n' : line); appended += 1 } catch (error) { causes.push(error.details.cause) }
      }
      await lines.close()
      process.stdout.write(JSON.stringify({ appended, causes }))`
    // POSIX: blocks of 512 bytes.
    const shell = 'trap "" XFSZ; ulimit -f 8; exec "$@"'
    const { stdout } = spawnSync(
      'sh',
      [
        '-c',
        shell,
        'sh',
        process.execPath,
        '--conditions=snowfence-source',
        '--input-type=module',
        '-e',
        program,
      ],
      { encoding: 'utf8' },
    )
    return JSON.parse(stdout)
  }

  it.skipIf(process.platform === 'win32')(
    'holds exactly what was appended when the disk is full, and takes what fits afterwards',
    async () => {
      const { appended, causes } = appendUntilFull()
      expect(causes.length).toBeGreaterThan(0)
      expect(new Set(causes)).toEqual(new Set(['disk-full']))
      // The short line fits although the long one before it did not.
      const { lines, read } = await open()
      expect(read).toHaveLength(appended)
      expect(read.at(-1)).toBe(`${appended} {}`)
      await lines.append('{"a":1}\n')
      await lines.close()
    },
  )
})
