import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = new URL('../..', import.meta.url).pathname
const packages = readdirSync(join(root, 'packages'))
const enginesOf = (manifest: string): unknown =>
  (JSON.parse(readFileSync(join(root, manifest), 'utf8')) as { engines?: { node?: unknown } }).engines?.node

const pages = [
  'README.md',
  ...packages.map((name) => `packages/${name}/README.md`),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('decisions'))
    .map((name) => `docs/${name}`),
]

test('every package asks for the same Node', () => {
  expect(packages.map((name) => [name, enginesOf(`packages/${name}/package.json`)])).toEqual(
    packages.map((name) => [name, '>=22.18']),
  )
})

test('no page asks for another Node than the packages, but for the commands of the repository', () => {
  const asked = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/Node (?:>= ?)?(\d+(?:\.\d+)?) or newer/g)].map(
      ([, version]) => `${page}: ${version}`,
    ),
  )
  expect([...new Set(asked)].filter((line) => !line.endsWith(': 22.18'))).toEqual(['README.md: 20.20'])
  expect(asked.length).toBeGreaterThan(4)
  expect(enginesOf('package.json')).toBe('>=20.20')
})
