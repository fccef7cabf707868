import { readFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'tsup'
import { reachableOnly } from '../../scripts/reachable-only.ts'
import { standaloneDeclarations } from '../../scripts/standalone-declarations.ts'
import { thirdPartyNotices } from '../../scripts/third-party-notices.ts'
import { library } from '../../scripts/tsup-library.ts'

const beside = (file: string) => path.join(import.meta.dirname, '..', file)
const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(beside('sdk/package.json'), 'utf8'),
) as Record<'dependencies' | 'peerDependencies', Record<string, string>>
const bundled = ['core', 'sql', 'policy', 'masking', 'audit']

const entry = {
  index: 'src/index.ts',
  // Kept as files of their own: the register's hook leads to its neighbour by name.
  'register/register': 'src/register/register.ts',
  'register/governed-driver': 'src/register/governed-driver.ts',
}

/** Declarations that need nothing but what package.json names. */
const writeDeclarations = async (): Promise<void> => {
  const sources = bundled.map((name) => [`@snowfence/${name}`, [beside(`${name}/src/index.ts`)]])
  const parts = ['http', 'files', 'errors'].map((part) => [
    `@snowfence/core/${part}`,
    [beside(`core/src/${part}/index.ts`)],
  ])
  await build({
    config: false,
    entry,
    format: 'esm',
    dts: { only: true, compilerOptions: { paths: Object.fromEntries([...sources, ...parts]) } },
    silent: true,
  })
  standaloneDeclarations('dist', {
    kept: Object.keys({ ...dependencies, ...peerDependencies }),
    findFrom: [beside('core/src/index.ts'), beside('audit/src/index.ts')],
  })
}

/**
 * One package with what it is made of inside: what its `dependencies` do not name is bundled.
 * docs/decisions/2026-11-23-the-sdk-is-bundled.md says why.
 */
export default library({
  // The parser's trial thread is a file beside the one that starts it.
  entry: { ...entry, 'parse-worker': beside('sql/src/parser/parse-worker.ts') },
  dts: false,
  sourcemap: false,
  removeNodeProtocol: false,
  esbuildOptions: (options) => {
    options.conditions = ['snowfence-source']
    // The one of its two builds that can be taken apart.
    options.alias = { yaml: beside('policy/node_modules/yaml/browser/dist/index.js') }
    options.legalComments = 'none'
  },
  esbuildPlugins: [
    reachableOnly(),
    thirdPartyNotices('dist/THIRD-PARTY-NOTICES.txt', [
      'MIT',
      'ISC',
      'Apache-2.0',
      '(Apache-2.0 AND BSD-3-Clause)',
    ]),
  ],
  onSuccess: writeDeclarations,
})
