import { Command } from 'commander'
import { approvalsCommand } from './commands/approvals.ts'
import { auditCommand } from './commands/audit.ts'
import { brokerCommand } from './commands/broker.ts'
import { devCommand } from './commands/dev.ts'
import { policyCommand } from './commands/policy.ts'
import { queryCommand } from './commands/query.ts'
import { sessionsCommand } from './commands/sessions.ts'
import { sqlAnalyzeCommand } from './commands/sql-analyze.ts'
import { version } from './version.ts'

const examples = `
Examples:
  $ snowfence dev --env .env.snowfence            start a whole governed stack on this machine
  $ snowfence query --env .env.snowfence "select * from patients limit 3"
  $ snowfence sql analyze --catalog catalog.json --database CLINIC --schema PUBLIC query.sql
  $ snowfence policy check policy.yaml

Colours respect NO_COLOR. Commands with --json print for machines.`

/** The whole command line, not yet run. */
export const createProgram = (): Command =>
  new Command('snowfence')
    .description('Governed access to Snowflake for autonomous agents')
    .version(version)
    .showHelpAfterError('(run with --help for options and examples)')
    .addHelpText('after', examples)
    .addCommand(devCommand())
    .addCommand(queryCommand())
    .addCommand(approvalsCommand())
    .addCommand(sessionsCommand())
    .addCommand(auditCommand())
    .addCommand(brokerCommand())
    .addCommand(new Command('sql').description('understand SQL').addCommand(sqlAnalyzeCommand()))
    .addCommand(policyCommand())
