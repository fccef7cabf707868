import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as masking from './index.ts'

it('does what the README shows', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n([\s\S]*?)```/.exec(readme)![1]!
  const code = example
    .replace(/^import .*$/gm, '')
    .replace(/^masker\.(\w+)\(/gm, 'shown.push(masker.$1(')
    .replace(/\)\n\/\/ (.*)$/gm, '))\nexpected.push($1)')
  const shown: unknown[] = []
  const expected: unknown[] = []
  const names = ['randomBytes', 'compileRowMasker', 'createRandomVault', 'shown', 'expected']
  const values = [randomBytes, masking.compileRowMasker, masking.createRandomVault, shown, expected]
  new Function(...names, code)(...values)
  expect(shown).toHaveLength(2)
  expect(shown).toEqual(expected)
})
