import { evaluate, explainDecision, parsePolicy, renderDecision } from '@snowfence/policy'
import { createSqlAnalyzer } from '@snowfence/sql'
import { Command } from 'commander'
import { policyOptions } from '../input/policy-options.ts'
import { readAsker } from '../input/read-asker.ts'
import { readCatalog } from '../input/read-catalog.ts'
import { readMoment } from '../input/read-moment.ts'
import { readText } from '../input/read-text.ts'

interface ExplainFlags {
  readonly policy: string
  readonly catalog: string
  readonly principal: string
  readonly sql: string
  readonly purpose?: string
  readonly database?: string
  readonly schema?: string
  readonly at?: string
  readonly json?: boolean
}

const examples = `
Examples:
  $ snowfence policy explain --policy clinic.yaml --catalog catalog.json --principal agent.json --sql query.sql \\
      --database CLINIC --schema PUBLIC
  $ echo 'select ssn from patients' | snowfence policy explain … --sql - --json

The principal is JSON or YAML: {"subject":"readmissions-bot","groups":["clinic-agents"],"purpose":"HOPERAT"}.
The exit code is 0 whatever was decided.`

/** `snowfence policy explain`: what would be decided, by which rules, and what would pass. */
export const policyExplainCommand = (): Command =>
  new Command('explain')
    .description('explain what a policy decides about a statement, and what would pass')
    .requiredOption('--policy <file>', 'the policy')
    .requiredOption('--catalog <file>', 'JSON file of databases, schemas, tables and columns')
    .requiredOption('--principal <file>', 'who asks, as JSON or YAML')
    .requiredOption('--sql <file>', 'the statement; - is standard input')
    .option('--purpose <code>', 'purpose of use, e.g. TREAT; goes before the one in the principal file')
    .option('--database <name>', 'current database, for names without one')
    .option('--schema <name>', 'current schema, for names without one')
    .option('--at <time>', 'decide as of this time (ISO 8601; default: now)')
    .option('--json', 'print the explanation as JSON')
    .addHelpText('after', examples)
    .action(async (flags: ExplainFlags) => {
      const catalog = await readCatalog(flags.catalog)
      const policy = parsePolicy(await readText(flags.policy), policyOptions(catalog))
      const asker = await readAsker(flags.principal, flags.purpose)
      const analyzer = await createSqlAnalyzer()
      const { summary } = analyzer.analyze(await readText(flags.sql), {
        catalog,
        database: flags.database ?? null,
        schema: flags.schema ?? null,
      })
      const decision = evaluate(policy, { ...asker, summary, now: readMoment(flags.at) })
      process.stdout.write(
        flags.json ? `${JSON.stringify(explainDecision(decision))}\n` : `${renderDecision(decision)}\n`,
      )
    })
