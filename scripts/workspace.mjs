#!/usr/bin/env node
// The root commands on a machine that has only Node (20.20 or newer) and npm. This file runs on that Node;
// everything behind it runs on the workspace's own Node, which comes from the npm registry with the other packages.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const NODE_VERSION = readFileSync(path.join(root, '.node-version'), 'utf8').trim()
const PNPM_VERSION = '12.20.0'
const stateFolder = path.join(root, '.snowfence')
const nodeBinary = path.join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)
const binFolder = path.join(root, 'node_modules', '.bin')
const packageFolders = readdirSync(path.join(root, 'packages'))
  .map((name) => path.join(root, 'packages', name))
  .filter((folder) => existsSync(path.join(folder, 'package.json')))

const say = (text) =>
  process.stderr.write(
    `${process.stderr.isTTY && !process.env.NO_COLOR ? `\u001b[2m› ${text}\u001b[0m` : `› ${text}`}\n`,
  )

const hashFiles = (files) => {
  const hash = createHash('sha256')
  for (const file of files)
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

const filesUnder = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const full = path.join(folder, entry.name)
      return entry.isDirectory() ? filesUnder(full) : [full]
    })

/** A step is skipped when the files it depends on have not changed since it last succeeded. */
const stampPath = (name) => path.join(stateFolder, `${name}.stamp`)
const isFresh = (name, hash) => existsSync(stampPath(name)) && readFileSync(stampPath(name), 'utf8') === hash
const markFresh = (name, hash) => {
  mkdirSync(stateFolder, { recursive: true })
  writeFileSync(stampPath(name), hash)
}

const environment = () => ({
  ...process.env,
  PATH: `${binFolder}${path.delimiter}${process.env.PATH ?? ''}`,
})

class StepFailed extends Error {
  constructor(status) {
    super('a step failed')
    this.status = status
  }
}

/** Runs in the foreground. A signal for this process is passed on, so that the child can close what it started. */
const run = (command, args, cwd = root) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit', env: environment() })
    const forward = (signal) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward)
    child.on('error', reject)
    child.on('close', (status) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, forward)
      if (status === 0) resolve()
      else reject(new StepFailed(status ?? 1))
    })
  })

/** Runs in the background and keeps the output for the case that it fails. */
const runQuietly = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment(),
      ...options,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk
      })
    child.on('error', reject)
    child.on('close', (status) => {
      if (status === 0) return resolve(output)
      process.stderr.write(output)
      reject(new StepFailed(status ?? 1))
    })
  })

const setup = async () => {
  const manifests = ['.', 'examples', 'test', ...packageFolders.map((folder) => path.relative(root, folder))]
  const hash =
    hashFiles([
      path.join(root, 'pnpm-lock.yaml'),
      path.join(root, 'pnpm-workspace.yaml'),
      ...manifests.map((folder) => path.join(root, folder, 'package.json')),
    ]) +
    process.platform +
    process.arch
  if (existsSync(nodeBinary) && isFresh('install', hash)) return
  say('installing dependencies (about a minute the first time, seconds after)')
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx'
  await runQuietly(
    npx,
    [
      '--yes',
      '-p',
      `node@${NODE_VERSION}`,
      '-p',
      `pnpm@${PNPM_VERSION}`,
      '-c',
      'pnpm install --frozen-lockfile --reporter=append-only',
    ],
    { env: { ...process.env, CI: '1', NO_UPDATE_NOTIFIER: '1' } },
  )
  markFresh('install', hash)
}

/** The packages of this workspace that are bundled into a package: its own, and those it only needs while it is built. */
const bundledFolders = (folder) => {
  const { devDependencies = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const names = Object.keys(devDependencies).filter((name) => name.startsWith('@snowfence/'))
  return [folder, ...names.map((name) => path.join(root, 'packages', path.basename(name)))]
}

const buildPackage = async (folder) => {
  const name = path.basename(folder)
  const sources = [
    ...bundledFolders(folder)
      .flatMap((bundled) => filesUnder(path.join(bundled, 'src')))
      .filter((file) => !/\.test\.ts$/.test(file)),
    ...['package.json', 'tsup.config.ts', 'tsconfig.json'].map((file) => path.join(folder, file)),
    path.join(root, 'tsconfig.base.json'),
    ...filesUnder(path.join(root, 'scripts')).filter((file) => file.endsWith('.ts')),
    path.join(root, 'pnpm-lock.yaml'),
  ]
  const hash = hashFiles(sources)
  if (existsSync(path.join(folder, 'dist')) && isFresh(`build-${name}`, hash)) return false
  await runQuietly(path.join(binFolder, 'tsup'), [], { cwd: folder })
  markFresh(`build-${name}`, hash)
  return true
}

const build = async () => {
  await setup()
  const queue = [...packageFolders]
  let built = 0
  let announced = false
  const announce = setTimeout(() => {
    announced = true
    say('building the packages')
  }, 500)
  const worker = async () => {
    for (let folder = queue.shift(); folder; folder = queue.shift())
      if (await buildPackage(folder)) built += 1
  }
  // Each package's declarations are made by a compiler of its own: two at once fill a small machine.
  await Promise.all([worker(), worker()])
  clearTimeout(announce)
  if (announced && built > 0) say(`built ${built} package${built === 1 ? '' : 's'}`)
}

const vitest = (args) => run(nodeBinary, [path.join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args])

const check = async () => {
  await build()
  say('format and lint (biome)')
  await run(path.join(binFolder, 'biome'), ['ci', '--error-on-warnings', '.'])
  for (const folder of [...packageFolders, path.join(root, 'test'), path.join(root, 'examples')]) {
    say(`types of ${path.relative(root, folder)} (tsc)`)
    await run(path.join(binFolder, 'tsc'), ['-p', folder])
  }
  for (const folder of packageFolders) {
    say(`package of ${path.relative(root, folder)} (publint)`)
    await run(path.join(binFolder, 'publint'), ['--strict', folder])
  }
  say('unused files, exports and dependencies (knip)')
  await run(path.join(binFolder, 'knip'), [])
}

/** Writes every package as the tarball that would be published. */
const pack = async ([folder = 'tarballs']) => {
  await build()
  const target = path.resolve(folder)
  mkdirSync(target, { recursive: true })
  for (const source of packageFolders)
    await run(path.join(binFolder, 'pnpm'), ['--silent', 'pack', '--pack-destination', target], source)
  say(
    `packed ${packageFolders.length} packages; in a project of your own: npm install ${path.join(target, '*.tgz')}`,
  )
}

const commands = {
  setup: { does: 'install all that the workspace needs', run: setup },
  build: { does: 'build every package', run: build },
  test: {
    does: 'run every test (arguments go to vitest)',
    run: async (args) => {
      await build()
      await vitest(['run', ...args])
    },
  },
  pack: { does: 'write every package as a tarball to a folder (tarballs)', run: pack },
  check: { does: 'format, lint, types and package checks', run: check },
  demo: {
    does: 'run the demonstration (--serve, --json)',
    run: async (args) => {
      await build()
      await run(nodeBinary, [
        '--disable-warning=ExperimentalWarning',
        path.join('examples', 'demo', 'main.ts'),
        ...args,
      ])
    },
  },
  dev: {
    does: 'start the whole stack for your own experiments (--env FILE, --json)',
    run: async (args) => {
      await build()
      await run(nodeBinary, [path.join('packages', 'cli', 'bin', 'snowfence.js'), 'dev', ...args])
    },
  },
  bench: {
    does: 'measure against the raw driver (--json)',
    run: async (args) => {
      await build()
      await run(nodeBinary, ['--expose-gc', path.join('test', 'bench', 'main.ts'), ...args])
    },
  },
}

const [name = '', ...args] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (!command) {
  const lines = Object.entries(commands).map(([key, { does }]) => `  npm run ${key.padEnd(8)} ${does}`)
  process.stderr.write(`unknown command \`${name}\`; there are:\n${lines.join('\n')}\n`)
  process.exit(2)
}
try {
  await command.run(args)
} catch (error) {
  if (!(error instanceof StepFailed)) throw error
  process.exitCode = error.status
}
