import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { devEnvironment, renderEnvironmentFile, startTokenFiles } from '../dev/dev-environment.ts'
import { untilInterrupted } from '../dev/until-interrupted.ts'
import { paletteFor } from '../output/palette.ts'

interface DevFlags {
  readonly env?: string
  readonly json?: boolean
  readonly policy?: string
  readonly dataDir?: string
  readonly brokerPort?: number
  readonly warehousePort?: number
  readonly identityPort?: number
}

const examples = `
Examples:
  $ snowfence dev
  $ snowfence dev --env .env.snowfence      then, elsewhere: snowfence query --env .env.snowfence "select 1"
  $ snowfence dev --json                    one line of JSON when ready, for scripts
  $ snowfence dev --policy my-policy.yaml   try a policy of your own on the sample data

Everything runs on loopback with sample data and ends with Ctrl-C. It is for development: never put real data into it.`

const parsePort = (value: string): number => {
  const port = Number(value)
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535')
  return port
}

/** `snowfence dev`: warehouse, identity provider and broker on this machine, until Ctrl-C. */
export const devCommand = (): Command =>
  new Command('dev')
    .description('start a local Snowflake with sample data, an identity provider and a broker')
    .option('--env <file>', 'write the settings as SNOWFLAKE_* and SNOWFENCE_* variables to this file')
    .option('--json', 'print the settings as one line of JSON when ready')
    .option('--policy <file>', 'a policy of your own instead of the clinic example')
    .option('--data-dir <folder>', "keep the broker's data here (default: in memory)")
    .option('--broker-port <port>', 'port of the broker (default: a free one)', parsePort)
    .option('--warehouse-port <port>', 'port of the local Snowflake (default: a free one)', parsePort)
    .option('--identity-port <port>', 'port of the identity provider (default: a free one)', parsePort)
    .addHelpText('after', examples)
    .action(async (flags: DevFlags) => {
      // Loaded here, so that other commands do not wait for a warehouse and a broker that they never start.
      const { startDevStack } = await import('../dev/dev-stack.ts')
      const colour = paletteFor(process.stderr)
      const say = (line: string) => process.stderr.write(`${line}\n`)
      if (!flags.json) say(colour.dim('starting the stack …'))
      const interrupted = untilInterrupted()
      const folder = await mkdtemp(path.join(tmpdir(), 'snowfence-dev-'))
      const cleanups: (() => Promise<void> | void)[] = [() => rm(folder, { recursive: true, force: true })]
      try {
        const stack = await startDevStack({
          ...(flags.policy === undefined ? {} : { policyFile: path.resolve(flags.policy) }),
          ...(flags.dataDir === undefined ? {} : { dataDir: path.resolve(flags.dataDir) }),
          ports: {
            ...(flags.brokerPort === undefined ? {} : { broker: flags.brokerPort }),
            ...(flags.warehousePort === undefined ? {} : { warehouse: flags.warehousePort }),
            ...(flags.identityPort === undefined ? {} : { identity: flags.identityPort }),
          },
        })
        cleanups.unshift(() => stack.close())
        const tokens = await startTokenFiles(stack, folder)
        cleanups.unshift(() => tokens.stop())
        const environment = devEnvironment(stack, tokens.files)
        if (flags.env !== undefined) {
          const envFile = path.resolve(flags.env)
          await writeFile(envFile, renderEnvironmentFile(environment), { mode: 0o600 })
          cleanups.unshift(() => rm(envFile, { force: true }))
        }
        if (flags.json) {
          process.stdout.write(`${JSON.stringify({ ready: true, ...environment })}\n`)
        } else {
          const width = Math.max(...Object.keys(environment).map((name) => name.length))
          for (const [name, value] of Object.entries(environment)) {
            process.stdout.write(`${colour.cyan(name.padEnd(width))}  ${value}\n`)
          }
          say('')
          if (flags.env !== undefined)
            say(
              `settings written to ${flags.env}; try: npx snowfence query --env ${flags.env} "select * from patients limit 3"`,
            )
          say(`${colour.green('ready')}; Ctrl-C ends it`)
        }
        await interrupted
      } finally {
        for (const cleanup of cleanups) await cleanup()
      }
    })
