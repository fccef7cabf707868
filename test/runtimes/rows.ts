import type { Row, TypeResolution } from './row.ts'

const EXTERNAL = '--external:snowfence'
const WEBPACK_EXTERNAL = "externals: { 'snowflake-sdk': 'commonjs snowflake-sdk' }"
const ROLLUP_EXTERNAL = "external: ['snowflake-sdk']"
const TS_JEST = "transform: { '^.+[.]ts$': 'ts-jest' }"

const webpackBuild = (line: string): string => `const { webpack } = require('webpack')
const config = {
  mode: 'production', target: 'node', context: __dirname, entry: './async-main.mjs',
  output: { path: process.argv[2], filename: 'program.cjs' },
  optimization: { minimize: false },
  ${line},
}
webpack(config, (error, stats) => {
  if (!error && !stats.hasErrors()) return
  console.error(error ?? stats.toString('errors-only'))
  process.exitCode = 1
})
`

const rollupBuild = (format: string, line = ''): string => `import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
const plugins = [nodeResolve({ exportConditions: ['node'], preferBuiltins: true }), commonjs(), json()]
const bundle = await rollup({ input: 'async-main.mjs', plugins, onwarn: () => {}, ${line} })
await bundle.write({ file: process.argv[2], format: '${format}', inlineDynamicImports: true })
`

const REGISTER = ['--import', 'snowfence/register']

/** A program that knows nothing of the SDK. */
const registered = (kind: string, packages: readonly string[], row: Partial<Row>): Partial<Row> => ({
  name: `a program written for snowflake-sdk, ${kind}`,
  packages,
  line: REGISTER.join(' '),
  ...row,
})

const node: readonly Row[] = [
  { name: '`import`', packages: ['node'], start: ['node', 'import.mjs'] },
  { name: '`require`', packages: ['node'], start: ['node', 'require.cjs'] },
  { name: '`import` and `require` in one process', packages: ['node'], start: ['node', 'both.mjs'] },
  registered('ES modules', ['node'], { start: ['node', ...REGISTER, 'registered.mjs'] }),
  registered('CommonJS', ['node'], { start: ['node', ...REGISTER, 'registered.cjs'] }),
  { name: '`import`', packages: ['node-22-18'], start: ['node-22-18', 'import.mjs'] },
  { name: '`require`', packages: ['node-22-18'], start: ['node-22-18', 'require.cjs'] },
  { name: '`import`', packages: ['node-22-23'], isLong: true, start: ['node-22-23', 'import.mjs'] },
  { name: '`require`', packages: ['node-22-23'], isLong: true, start: ['node-22-23', 'require.cjs'] },
  { name: '`import`', packages: ['node-26'], isLong: true, start: ['node-26', 'import.mjs'] },
  { name: '`require`', packages: ['node-26'], isLong: true, start: ['node-26', 'require.cjs'] },
  registered('CommonJS', ['node-22-18'], { start: ['node-22-18', ...REGISTER, 'registered.cjs'] }),
  registered('ES modules', ['node-26'], {
    isLong: true,
    start: ['node-26', ...REGISTER, 'registered.mjs'],
  }),
].map((row) => ({ group: 'Node', ...row }) as Row)

const runners: readonly Row[] = [
  { name: 'tsx, ES modules', packages: ['tsx'], start: ['tsx', 'typescript-esm/program.ts'] },
  { name: 'tsx, CommonJS', packages: ['tsx'], start: ['tsx', 'typescript-cjs/program.ts'] },
  {
    name: 'ts-node, ES modules',
    packages: ['ts-node', 'typescript'],
    folder: 'typescript-esm',
    start: ['node', '--no-warnings', '--loader', 'ts-node/esm', 'program.ts'],
  },
  {
    name: 'ts-node, CommonJS',
    packages: ['ts-node', 'typescript'],
    folder: 'typescript-cjs',
    start: ['ts-node', 'program.ts'],
  },
  registered('ts-node', ['ts-node', 'typescript'], {
    folder: 'typescript-cjs',
    line: '--require snowfence/register',
    start: ['node', '--require', 'snowfence/register', '--require', 'ts-node/register', 'registered.ts'],
  }),
  registered('tsx, CommonJS', ['tsx'], {
    folder: 'typescript-cjs',
    start: ['node', ...REGISTER, '--import', 'tsx', 'registered.ts'],
  }),
  registered('tsx, ES modules', ['tsx'], {
    folder: 'typescript-esm',
    start: ['node', ...REGISTER, '--import', 'tsx', 'registered.ts'],
  }),
  { name: 'Jest', packages: ['jest'], folder: 'jest', start: ['jest'] },
  {
    name: 'Jest with ts-jest',
    packages: ['jest', 'ts-jest'],
    isLong: true,
    line: TS_JEST,
    reason: 'ts-jest itself asks for it',
    folder: 'typescript-cjs',
    files: {
      'jest.config.cjs': `module.exports = { testMatch: ['**/*.jest.ts'], ${TS_JEST} }\n`,
      'program.jest.ts': `import * as snowfence from 'snowfence'
import answer from '../answer.cjs'
declare const test: (name: string, run: () => Promise<unknown>, milliseconds: number) => void
test('a governed connection', () => answer(snowfence), 60_000)
`,
    },
    start: ['jest', '--config', 'jest.config.cjs'],
  },
  { name: 'vitest', packages: ['vitest'], folder: 'vitest', start: ['vitest', 'run'] },
].map((row) => ({ group: 'TypeScript runners and test runners', ...row }) as Row)

const bundlers: readonly Row[] = [
  {
    name: 'esbuild, CommonJS, one file',
    packages: ['esbuild'],
    isAlone: true,
    build: ['esbuild', 'async-main.mjs', '--bundle', '--platform=node', '--outfile={out}/program.cjs'],
    start: ['node', '{out}/program.cjs'],
  },
  {
    name: 'the same as a function for AWS Lambda: a folder with the bundle alone',
    packages: ['esbuild'],
    isAlone: true,
    build: ['esbuild', 'handler.mjs', '--bundle', '--platform=node', '--outfile={out}/index.cjs'],
    start: ['node', 'call-handler.cjs', '{out}/index.cjs'],
  },
  {
    name: 'esbuild, ES module',
    packages: ['esbuild'],
    line: EXTERNAL,
    reason: "esbuild's ES output has no `require`",
    build: [
      'esbuild',
      'import.mjs',
      '--bundle',
      '--platform=node',
      '--format=esm',
      EXTERNAL,
      '--outfile={out}/program.mjs',
    ],
    start: ['node', '{out}/program.mjs'],
  },
  {
    name: 'webpack',
    packages: ['webpack'],
    line: WEBPACK_EXTERNAL,
    reason: 'snowflake-sdk reads `require.main`, which webpack takes away',
    files: { 'build-webpack.cjs': webpackBuild(WEBPACK_EXTERNAL) },
    build: ['node', 'build-webpack.cjs', '{out}'],
    start: ['node', '{out}/program.cjs'],
  },
  {
    name: 'rollup, CommonJS, one file',
    packages: ['rollup', '@rollup/plugin-commonjs'],
    isLong: true,
    isAlone: true,
    files: { 'build-rollup.mjs': rollupBuild('cjs') },
    build: ['node', 'build-rollup.mjs', '{out}/program.cjs'],
    start: ['node', '{out}/program.cjs'],
  },
  {
    name: 'rollup, ES module',
    packages: ['rollup', '@rollup/plugin-commonjs'],
    line: ROLLUP_EXTERNAL,
    reason: 'snowflake-sdk reads `__dirname`, which ES modules do not have',
    files: { 'build-rollup-es.mjs': rollupBuild('es', ROLLUP_EXTERNAL) },
    build: ['node', 'build-rollup-es.mjs', '{out}/program.mjs'],
    start: ['node', '{out}/program.mjs'],
  },
  {
    name: 'ncc, CommonJS, one file',
    packages: ['@vercel/ncc'],
    isLong: true,
    isAlone: true,
    build: ['ncc', 'build', 'require.cjs', '-o', '{out}'],
    start: ['node', '{out}/index.cjs'],
  },
  {
    name: 'ncc, ES module',
    packages: ['@vercel/ncc'],
    isLong: true,
    line: '-e snowflake-sdk',
    reason: 'snowflake-sdk reads `__dirname`, which ES modules do not have',
    build: ['ncc', 'build', 'import.mjs', '-e', 'snowflake-sdk', '-o', '{out}'],
    start: ['node', '{out}/index.mjs'],
  },
  ...(['turbopack', 'webpack'] as const).map((bundler) => ({
    name: `Next, route handler built by ${bundler === 'turbopack' ? 'Turbopack' : 'webpack'}`,
    packages: ['next'],
    isLong: true as const,
    folder: 'next',
    build: ['next', 'build', `--${bundler}`],
    start: ['node', '../next-server.mjs', '{modules}/next/dist/bin/next', 'start'],
  })),
].map((row) => ({ group: 'Bundlers', ...row }) as Row)

const others: readonly Row[] = [
  { name: 'Bun, `import`', packages: ['bun'], start: ['bun', 'import.mjs'] },
  { name: 'Bun, `require`', packages: ['bun'], start: ['bun', 'require.cjs'] },
  { name: 'Deno, `import`', packages: ['deno'], start: ['deno', 'run', '--allow-all', 'import.mjs'] },
  { name: 'Deno, `require`', packages: ['deno'], start: ['deno', 'run', '--allow-all', 'require.cjs'] },
].map((row) => ({ group: 'Other runtimes', ...row }) as Row)

const resolutions: readonly (TypeResolution & { readonly name: string })[] = [
  { name: 'nodenext', module: 'nodenext', moduleResolution: 'nodenext', packageType: 'module' },
  {
    name: 'nodenext, from CommonJS',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    packageType: 'commonjs',
  },
  { name: 'node16', module: 'node16', moduleResolution: 'node16', packageType: 'module' },
  { name: 'node16, from CommonJS', module: 'node16', moduleResolution: 'node16', packageType: 'commonjs' },
  { name: 'bundler', module: 'esnext', moduleResolution: 'bundler', packageType: 'module' },
  { name: 'node10', module: 'commonjs', moduleResolution: 'node10', packageType: 'commonjs' },
]

const types: readonly Row[] = resolutions.map(({ name, ...resolution }) => ({
  group: 'TypeScript',
  name: `\`moduleResolution\` ${name}`,
  packages: ['typescript'],
  types: resolution,
}))

const newest: TypeResolution = { module: 'nodenext', moduleResolution: 'nodenext', packageType: 'module' }

const drivers: readonly Row[] = [
  'snowflake-sdk-2',
  'snowflake-sdk-2.0.4',
  'snowflake-sdk-2.1.3',
  'snowflake-sdk-2.2.0',
  'snowflake-sdk-2.3.6',
  'snowflake-sdk-2.4.3',
  'snowflake-sdk-3.0.0',
  'snowflake-sdk-3.1.0',
  'snowflake-sdk-3.2.0',
  'snowflake-sdk',
].map((driver) => ({
  group: 'snowflake-sdk',
  name: 'statements and types',
  packages: [driver],
  driver,
  types: newest,
  start: ['node', 'import.mjs'],
  ...(/-\d\./.test(driver) ? { isLong: true as const } : {}),
}))

/** The matrix. `docs/compatibility.md` is made from it, and every row is run. */
export const rows: readonly Row[] = [...node, ...runners, ...bundlers, ...others, ...types, ...drivers]
