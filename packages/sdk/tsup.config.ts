import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { build } from 'tsup'
import { commonJs } from '../../scripts/common-js.ts'
import { embeddedParser, parserAsset } from '../../scripts/parser-assets.ts'
import { reachableOnly } from '../../scripts/reachable-only.ts'
import { standaloneDeclarations } from '../../scripts/standalone-declarations.ts'
import { thirdPartyNotices } from '../../scripts/third-party-notices.ts'
import { library } from '../../scripts/tsup-library.ts'

const beside = (file: string) => path.join(import.meta.dirname, '..', file)
const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(beside('sdk/package.json'), 'utf8'),
) as Record<'dependencies' | 'peerDependencies', Record<string, string>>
const bundled = ['core', 'sql', 'policy', 'masking', 'audit']

/** Declarations that need nothing but what package.json names. */
const writeDeclarations = async (): Promise<void> => {
  const sources = bundled.map((name) => [`@snowfence/${name}`, [beside(`${name}/src/index.ts`)]])
  const parts = ['http', 'files', 'errors'].map((part) => [
    `@snowfence/core/${part}`,
    [beside(`core/src/${part}/index.ts`)],
  ])
  await build({
    config: false,
    entry: { index: 'src/index.ts' },
    format: 'cjs',
    dts: { only: true, compilerOptions: { paths: Object.fromEntries([...sources, ...parts]) } },
    silent: true,
  })
  standaloneDeclarations('dist', {
    kept: Object.keys({ ...dependencies, ...peerDependencies }),
    findFrom: [beside('core/src/index.ts'), beside('audit/src/index.ts')],
  })
}

/** Enough for the names of its members; nothing is reached. */
const anyEnvironment = {
  SNOWFENCE_BROKER: 'https://broker.internal',
  SNOWFENCE_IDENTITY_TOKEN: 'none',
  SNOWFENCE_PURPOSE: 'TREAT',
  SNOWFENCE_AGENT_ID: 'build',
}

interface Implementation {
  readonly sdk: object
  createGovernedDriver(environment: Readonly<Record<string, string>>): object
}

/**
 * The entries of both formats, which only lead to the one file with the code: a process that uses both has one copy.
 * The stand-in for the driver is CommonJS too, since hooks such as ts-node's let nothing else be required.
 */
const writeEntries = async (): Promise<void> => {
  const { sdk, createGovernedDriver } = createRequire(import.meta.url)(
    './dist/implementation.cjs',
  ) as Implementation
  const names = Object.keys(sdk).sort().join(', ')
  const members = Object.keys(createGovernedDriver(anyEnvironment)).sort().join(', ')
  await Promise.all([
    writeFile('dist/index.cjs', "module.exports = require('./implementation.cjs').sdk\n"),
    writeFile(
      'dist/index.mjs',
      `import { sdk } from './implementation.cjs'\nexport const { ${names} } = sdk\n`,
    ),
    writeFile('dist/index.d.mts', "export * from './index.cjs'\n"),
    writeFile('dist/register/register.d.cts', 'export {}\n'),
    writeFile(
      'dist/register/governed-driver.cjs',
      `module.exports = require('../implementation.cjs').createGovernedDriver(process.env)
// Never run: Node reads here which names an ES module may import.
0 && (module.exports = { ${members} })
`,
    ),
  ])
}

/**
 * One package with what it is made of inside: what its `dependencies` do not name is bundled.
 * docs/decisions/2026-11-23-the-sdk-is-bundled.md says why.
 */
export default library({
  entry: {
    implementation: 'src/implementation.ts',
    'embedded-parser': 'src/published/embedded-parser.ts',
    'parse-worker': beside('sql/src/parser/parse-worker.ts'),
    'register/register': 'src/register/register.ts',
  },
  format: ['cjs'],
  external: ['./embedded-parser.cjs'],
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
    commonJs('src/published/own-url.ts'),
    parserAsset('src/published/parser-files.ts'),
    embeddedParser(),
    reachableOnly(),
    thirdPartyNotices('dist/THIRD-PARTY-NOTICES.txt', [
      'MIT',
      'ISC',
      'Apache-2.0',
      '(Apache-2.0 AND BSD-3-Clause)',
    ]),
  ],
  onSuccess: async () => {
    await Promise.all([writeEntries(), writeDeclarations()])
  },
})
