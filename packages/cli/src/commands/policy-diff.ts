import { SnowfenceError } from '@snowfence/core'
import { diffPolicies, type PolicyDifference, parsePolicy, type RecordedStatement } from '@snowfence/policy'
import { createSqlAnalyzer } from '@snowfence/sql'
import { Command } from 'commander'
import { policyOptions } from '../input/policy-options.ts'
import { type Asker, parseAsker, readAsker } from '../input/read-asker.ts'
import { readCatalog } from '../input/read-catalog.ts'
import { readJsonLines } from '../input/read-json-lines.ts'
import { readMoment } from '../input/read-moment.ts'
import { readText } from '../input/read-text.ts'
import { type Palette, paletteFor } from '../output/palette.ts'

interface DiffFlags {
  readonly statements: string
  readonly catalog: string
  readonly principal?: string
  readonly purpose?: string
  readonly database?: string
  readonly schema?: string
  readonly at?: string
  readonly json?: boolean
}

const examples = `
Examples:
  $ snowfence policy diff old.yaml new.yaml --statements recorded.jsonl --catalog catalog.json --principal agent.json
  $ snowfence policy diff old.yaml new.yaml --statements recorded.jsonl --catalog catalog.json --json

A line of the statements is {"id":"…","sql":"…"}, with "principal", "purpose" and "at" of its own where they differ.
The exit code is 0 when nothing changes, 1 when something does.`

const renderDifference = ({ id, direction, changes }: PolicyDifference, colour: Palette): string => {
  const word = { looser: colour.yellow, stricter: colour.cyan, changed: colour.magenta }[direction](direction)
  return [`${colour.bold(id)} ${word}`, ...changes.map((change) => `  ${change}`), ''].join('\n')
}

/** `snowfence policy diff`: which statements a new state of a policy decides differently. */
export const policyDiffCommand = (): Command =>
  new Command('diff')
    .description('show which recorded statements change their decision between two policies')
    .argument('<old>', 'the policy as it is')
    .argument('<new>', 'the policy as it would be')
    .requiredOption('--statements <file>', 'JSON Lines of statements; - is standard input')
    .requiredOption('--catalog <file>', 'JSON file of databases, schemas, tables and columns')
    .option('--principal <file>', 'who asks, for lines that do not say')
    .option('--purpose <code>', 'purpose of use, for lines that do not say')
    .option('--database <name>', 'current database, for names without one')
    .option('--schema <name>', 'current schema, for names without one')
    .option('--at <time>', 'decide as of this time (ISO 8601; default: now)')
    .option('--json', 'print one JSON object per difference and a summary')
    .addHelpText('after', examples)
    .action(async (oldFile: string, newFile: string, flags: DiffFlags) => {
      const catalog = await readCatalog(flags.catalog)
      const options = policyOptions(catalog)
      const before = parsePolicy(await readText(oldFile), options)
      const after = parsePolicy(await readText(newFile), options)
      const fallback = flags.principal === undefined ? null : await readAsker(flags.principal, flags.purpose)
      const analyzer = await createSqlAnalyzer()
      const statements: RecordedStatement[] = []
      for await (const line of readJsonLines(flags.statements)) {
        const value = (line.ok ? line.value : {}) as {
          id?: unknown
          sql?: unknown
          principal?: unknown
          purpose?: unknown
          at?: unknown
        }
        if (!line.ok || typeof value?.sql !== 'string') {
          throw new SnowfenceError('ERR_CLI_FILE_UNREADABLE', {
            message: line.ok ? `line ${line.line} of the statements has no \`sql\` text` : `${line.message}`,
            hint: 'write each line as {"id":"…","sql":"…"}',
          })
        }
        const purpose = typeof value.purpose === 'string' ? value.purpose : flags.purpose
        const asker: Asker | null =
          value.principal === undefined
            ? fallback && { ...fallback, purpose: purpose ?? fallback.purpose }
            : parseAsker(value.principal, `line ${line.line} of the statements`, purpose)
        if (asker === null) {
          throw new SnowfenceError('ERR_CLI_USAGE', {
            message: `line ${line.line} of the statements does not say who asks`,
            hint: 'give --principal FILE, or "principal" on each line',
          })
        }
        statements.push({
          id: String(value.id ?? `line ${line.line}`),
          ...asker,
          summary: analyzer.analyze(value.sql, {
            catalog,
            database: flags.database ?? null,
            schema: flags.schema ?? null,
          }).summary,
          now: readMoment(typeof value.at === 'string' ? value.at : flags.at),
        })
      }
      const differences = diffPolicies(before, after, statements)
      if (differences.length > 0) process.exitCode = 1
      if (flags.json) {
        for (const { id, direction, changes, before: was, after: is } of differences) {
          process.stdout.write(
            `${JSON.stringify({ id, direction, changes, before: was.decision, after: is.decision })}\n`,
          )
        }
        process.stdout.write(
          `${JSON.stringify({ statements: statements.length, changed: differences.length })}\n`,
        )
        return
      }
      const colour = paletteFor(process.stdout)
      process.stdout.write(differences.map((difference) => renderDifference(difference, colour)).join(''))
      process.stdout.write(`${differences.length} of ${statements.length} statements change\n`)
    })
