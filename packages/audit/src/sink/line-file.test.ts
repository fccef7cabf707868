import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
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
})
