import { spawn } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { startDevStack } from '@snowfence/cli/dev'
import { expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

it('the example of the README runs against the development stack and prints what its comment says', async () => {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const promised = /console\.log\(.*\/\/ (.*)$/m.exec(example)?.[1]
  expect(promised).toBeDefined()

  await using stack = await startDevStack()
  const tokenFile = path.join(import.meta.dirname, `readme-${process.pid}.jwt`)
  const program = path.join(import.meta.dirname, `readme-${process.pid}.ts`)
  try {
    await writeFile(tokenFile, await stack.identityToken('agent'))
    await writeFile(program, example)
    const child = spawn(process.execPath, ['--conditions=snowfence-source', program], {
      // The variables that `snowfence dev --env` writes.
      env: {
        ...process.env,
        NO_COLOR: '1',
        NODE_OPTIONS: '',
        SNOWFLAKE_ACCOUNT: stack.warehouse.account,
        SNOWFLAKE_ACCESS_URL: stack.warehouse.url,
        SNOWFENCE_BROKER: stack.broker.url,
        SNOWFENCE_IDENTITY_TOKEN_FILE: tokenFile,
      },
    })
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(stderr).toBe('')
    expect(stdout.trim()).toBe(promised)
  } finally {
    await Promise.all([rm(tokenFile, { force: true }), rm(program, { force: true })])
  }
})

it('every root script that the README names exists, and the other way round', async () => {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8')
  const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const named = new Set(
    [...readme.matchAll(/npm (?:run )?(setup|build|test|demo|dev|check|pack|bench)\b/g)].map(
      ([, name]) => name,
    ),
  )
  expect([...named].sort()).toEqual(Object.keys(scripts).sort())
})
