import { type Catalog, SnowfenceError, type StatementSummary } from '@snowfence/core'
import { createSqlAnalyzer } from '@snowfence/sql'
import { Command } from 'commander'
import { readCatalog } from '../input/read-catalog.ts'
import { readJsonLines } from '../input/read-json-lines.ts'
import { readText } from '../input/read-text.ts'
import { paletteFor } from '../output/palette.ts'
import { renderAnalysis } from '../output/render-analysis.ts'

interface AnalyzeFlags {
  readonly catalog?: string
  readonly database?: string
  readonly schema?: string
  readonly json?: boolean
  readonly batch?: boolean
}

const examples = `
Examples:
  $ snowfence sql analyze --catalog catalog.json --database CLINIC --schema PUBLIC query.sql
  $ echo 'select upper(ssn) x from patients' | snowfence sql analyze --catalog catalog.json --database CLINIC --schema PUBLIC --json -
  $ snowfence sql analyze --catalog catalog.json --batch statements.jsonl

The catalogue is {"CLINIC":{"PUBLIC":{"PATIENTS":["PATIENT_ID","SSN"],"V":{"columns":["X"],"definition":"select …"}}}}.
A batch line is {"id":"…","sql":"…"}; its answer is the same JSON as --json gives, with the id.
The exit code is 0 when every statement got an answer, refusals included.`

const batchStatement = (value: unknown): { id: unknown; sql: string } | null => {
  if (typeof value !== 'object' || value === null) return null
  const { id, sql } = value as { id?: unknown; sql?: unknown }
  return typeof sql === 'string' ? { id: id ?? null, sql } : null
}

/** `snowfence sql analyze`: what a statement touches, and why it would be refused. */
export const sqlAnalyzeCommand = (): Command =>
  new Command('analyze')
    .description('show what a statement reads, writes and lets flow where, or why it is refused')
    .argument('[file]', 'a file with one statement (or JSON Lines with --batch); - is standard input', '-')
    .option('--catalog <file>', 'JSON file of databases, schemas, tables and columns')
    .option('--database <name>', 'current database, for names without one')
    .option('--schema <name>', 'current schema, for names without one')
    .option('--json', 'print JSON')
    .option('--batch', 'read JSON Lines {"id":"…","sql":"…"} and write one answer each')
    .addHelpText('after', examples)
    .action(async (file: string, flags: AnalyzeFlags) => {
      const catalog: Catalog = flags.catalog === undefined ? {} : await readCatalog(flags.catalog)
      const analyzer = await createSqlAnalyzer()
      const analyze = (sql: string): StatementSummary =>
        analyzer.analyze(sql, { catalog, database: flags.database ?? null, schema: flags.schema ?? null })
          .summary

      if (!flags.batch) {
        const sql = await readText(file)
        const summary = analyze(sql)
        process.stdout.write(
          flags.json
            ? `${JSON.stringify(summary)}\n`
            : renderAnalysis(summary, sql, paletteFor(process.stdout)),
        )
        return
      }
      for await (const line of readJsonLines(file)) {
        const statement = line.ok ? batchStatement(line.value) : null
        if (statement === null) {
          const message = line.ok ? `line ${line.line} has no \`sql\` text` : line.message
          const error = new SnowfenceError('ERR_CLI_USAGE', {
            message,
            hint: 'write each line as {"id":"…","sql":"…"}',
          })
          process.stdout.write(
            `${JSON.stringify({ id: null, error: { code: error.code, message, hint: error.hint } })}\n`,
          )
          process.exitCode = 1
          continue
        }
        process.stdout.write(`${JSON.stringify({ id: statement.id, ...analyze(statement.sql) })}\n`)
      }
    })
