// Drives gates over the statements; see README.md.
import { parseArgs } from 'node:util'
import type { Gate, SkippedGate } from './gate.ts'
import { allowEverything, denyEverything } from './gates/fixed-gates.ts'
import { createNodeSqlParserGate } from './gates/node-sql-parser.ts'
import { createPythonGate, pythonGates } from './gates/python-gate.ts'
import { createSnowfenceGate } from './gates/snowfence.ts'
import { printReport } from './print-report.ts'
import { runBenchmark } from './run-benchmark.ts'
import { readStatements } from './statement.ts'

const { values: flags } = parseArgs({
  options: {
    gate: { type: 'string', multiple: true },
    python: { type: 'string', default: 'python3' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const makers: Readonly<Record<string, () => Promise<Gate | SkippedGate>>> = {
  snowfence: createSnowfenceGate,
  'node-sql-parser': async () => createNodeSqlParserGate(),
  ...Object.fromEntries(
    pythonGates.map((name) => [name, async () => await createPythonGate(name, flags.python)]),
  ),
  'allow-everything': async () => allowEverything,
  'deny-everything': async () => denyEverything,
}

const say = (text: string) => process.stdout.write(`${text}\n`)

if (flags.help) {
  say(
    [
      'Usage: node_modules/.bin/node --conditions=snowfence-source test/benchmark/run.ts [OPTIONS]',
      '',
      `  --gate NAME    only this gate; may be repeated. One of ${Object.keys(makers).join(', ')}`,
      '  --python PATH  the Python that has the Python guards installed (default: python3)',
      '  --list         also the ids of what leaked, was refused or exposed',
      '  --json         one JSON object a gate',
      '  --help         this text',
    ].join('\n'),
  )
  process.exit(0)
}

const wanted = flags.gate ?? Object.keys(makers)
const unknown = wanted.filter((name) => !Object.hasOwn(makers, name))
if (unknown.length > 0) {
  process.stderr.write(`no such gate: ${unknown.join(', ')}; see --help\n`)
  process.exit(1)
}

const statements = readStatements()
for (const name of wanted) {
  const gate = await makers[name]?.()
  if (gate === undefined) continue
  if ('skipped' in gate) {
    say(flags.json ? JSON.stringify(gate) : `${gate.name} is skipped: ${gate.skipped}`)
    continue
  }
  const report = await runBenchmark(gate, statements)
  await gate.close?.()
  if (flags.json) {
    say(JSON.stringify(report))
    continue
  }
  say(printReport(report))
  if (!flags.list) continue
  for (const [id, result] of Object.entries(report.results))
    if (result !== 'stopped' && result !== 'answered') say(`    ${result.padEnd(8)} ${id}`)
}
