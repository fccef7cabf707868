import { Command } from 'commander'
import { endStartAtSignal } from '../dev/end-start-at-signal.ts'
import { untilInterrupted } from '../dev/until-interrupted.ts'
import { paletteFor } from '../output/palette.ts'

const examples = `
Examples:
  $ snowfence broker --config broker.yaml
  $ DATABASE_URL=postgres://… SNOWFENCE_BROKER_KEY=… snowfence broker --config broker.yaml

docs/broker.md describes every field of the configuration.`

/** `snowfence broker`: the broker as a service, until a signal ends it. */
export const brokerCommand = (): Command =>
  new Command('broker')
    .description('run the broker: sessions, leases, approvals and the audit trail')
    .requiredOption('--config <file>', 'YAML configuration')
    .option('--json', 'print the address as one line of JSON when ready')
    .addHelpText('after', examples)
    .action(async (flags: { readonly config: string; readonly json?: boolean }) => {
      const { createBroker, loadBrokerConfig } = await import('@snowfence/broker')
      const broker = await endStartAtSignal(async () => createBroker(await loadBrokerConfig(flags.config)))
      const interrupted = untilInterrupted()
      try {
        const url = await broker.listen()
        if (flags.json) process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`)
        else process.stderr.write(`${paletteFor(process.stderr).green('ready')} ${url}\n`)
        await interrupted
      } finally {
        await broker.close()
      }
    })
