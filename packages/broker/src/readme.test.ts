import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

it('the example in the README prints what the README says', () => {
  const folder = path.resolve(import.meta.dirname, '..')
  const readme = readFileSync(path.join(folder, 'README.md'), 'utf8')
  const [, code, output] = /```ts\n(.*?)```\s+```text\n(.*?)```/s.exec(readme) ?? []
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=snowfence-source', '--input-type=module-typescript', '--eval', code ?? ''],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  )
  expect(stdout, stderr).toBe(output)
}, 120_000)
