import { rowsOf, thrownBy } from '../observe.ts'
import type { Scenario } from '../scenario.ts'

const wrongSettings: readonly Record<string, unknown>[] = [
  { logLevel: 'LOUD' },
  { logLevel: 1 },
  { disableOCSPChecks: 1 },
  { ocspFailOpen: 1 },
  { keepAlive: 'x' },
  { useEnvProxy: 1 },
]

const quietly = async (run: () => unknown): Promise<unknown> => {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return await run()
  } finally {
    process.emitWarning = emitWarning
  }
}

export const configureScenarios: readonly Scenario[] = [
  {
    name: 'configure with settings that change nothing about who sees what',
    shows: ['module.configure'],
    run: async ({ snowflake }) =>
      [{ logLevel: 'OFF' }, { keepAlive: true }, { useEnvProxy: false }, {}].map((options) =>
        thrownBy(() => snowflake.configure(options as never)),
      ),
  },
  {
    name: 'configure without settings',
    shows: ['module.configure'],
    run: async ({ snowflake }) => {
      const seen = thrownBy(() => (snowflake.configure as (options?: unknown) => void)()) as {
        thrown?: Error
      }
      return [seen.thrown?.name]
    },
  },
  ...wrongSettings.map(
    (options): Scenario => ({
      name: `configure with ${JSON.stringify(options)}`,
      shows: ['module.configure'],
      differs: [
        {
          member: 'module.configure',
          kind: 'differs',
          at: '',
          governed: /returned/,
          why: 'a setting that is not taken is left out with a warning of the process, also where the driver throws',
        },
      ],
      run: async ({ snowflake }) =>
        await quietly(() => thrownBy(() => snowflake.configure(options as never))),
    }),
  ),
  {
    name: 'configure with a parser of VARIANT text',
    shows: ['module.configure'],
    differs: [
      {
        member: 'module.configure',
        kind: 'refused',
        at: 'seen',
        governed: /"a"/,
        why: 'parsers and logs below ERROR would be handed raw values, and OCSP cannot be switched off: such settings are left out, with a warning of the process',
      },
    ],
    run: async (subject) => {
      const { snowflake } = subject
      await quietly(() =>
        snowflake.configure({ jsonColumnVariantParser: () => 'parsed by the program' } as never),
      )
      const seen = await rowsOf(await subject.shared(), 'select ANYTHING as X from KINDS where ID = 1')
      await quietly(() =>
        snowflake.configure({
          jsonColumnVariantParser: (text: string) => JSON.parse(text) as unknown,
        } as never),
      )
      return { seen }
    },
  },
]
