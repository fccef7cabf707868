import { type AuditRecord, parseExport, renderTraceTree } from '@snowfence/audit'
import { Command } from 'commander'
import { type BrokerAnswer, type BrokerCallFlags, createBrokerCall } from '../input/broker-call.ts'
import { readText } from '../input/read-text.ts'
import { auditVerifyCommand } from './audit-verify.ts'

const examples = `
Examples:
  $ snowfence audit export --env .env.snowfence > trail.jsonl
  $ snowfence audit key --env .env.snowfence > trail.key
  $ snowfence audit verify trail.jsonl --key trail.key
  $ snowfence audit verify trail.jsonl --key trail.key --anchor 42:BASE64ROOT    a head that was kept elsewhere
  $ snowfence audit show trail.jsonl TRACE_ID

The verifier needs the export and the key alone. The exit code of verify is 1 unless every record in the export is proved.`

const withBroker = (command: Command): Command =>
  command
    .option('--env <file>', 'settings as `snowfence dev --env FILE` writes them')
    .option('--broker <url>', 'address of the broker')
    .option('--broker-ca <file>', 'certificate authority of the broker (SNOWFENCE_BROKER_CA_FILE)')
    .option(
      '--token-file <file>',
      'file with the identity token of an auditor (SNOWFENCE_AUDITOR_TOKEN_FILE)',
    )

const exportCommand = (): Command =>
  withBroker(new Command('export'))
    .description('write the whole trail as JSON Lines')
    .action(async (flags: BrokerCallFlags) => {
      const call = await createBrokerCall(flags, 'SNOWFENCE_AUDITOR_TOKEN_FILE')
      for (let next: string | null = 'v1/audit/records'; next !== null; ) {
        const { text, headers }: BrokerAnswer = await call('GET', next)
        process.stdout.write(text)
        next = /<([^>]+)>; rel="next"/.exec(String(headers.link ?? ''))?.[1] ?? null
      }
    })

const keyCommand = (): Command =>
  withBroker(new Command('key'))
    .description('print the public key of the trail')
    .action(async (flags: BrokerCallFlags) => {
      const call = await createBrokerCall(flags, 'SNOWFENCE_AUDITOR_TOKEN_FILE')
      process.stdout.write((await call('GET', 'v1/audit/key')).text)
    })

const showCommand = (): Command =>
  new Command('show')
    .description('print one trace of an exported trail as a tree')
    .argument('<file>', 'the export')
    .argument('<trace>', 'id of the trace')
    .action(async (file: string, trace: string) => {
      const records = parseExport(await readText(file)).records.map(
        ({ text }) => JSON.parse(text) as AuditRecord,
      )
      process.stdout.write(`${renderTraceTree(records, trace)}\n`)
    })

/** `snowfence audit`: the trail, for those who must prove it. */
export const auditCommand = (): Command =>
  new Command('audit')
    .description('export, verify and read the audit trail')
    .addHelpText('after', examples)
    .addCommand(exportCommand())
    .addCommand(keyCommand())
    .addCommand(auditVerifyCommand())
    .addCommand(showCommand())
