import { createRequire } from 'node:module'
import { thrownBy } from '../observe.ts'
import type { Scenario } from '../scenario.ts'

const require = createRequire(import.meta.url)

const constants = ['STRING', 'BOOLEAN', 'NUMBER', 'DATE', 'OBJECT', 'ARRAY', 'MAP', 'JSON'] as const

const describeMembers = (value: object): unknown =>
  Object.fromEntries(
    Reflect.ownKeys(value)
      .filter((name): name is string => typeof name === 'string' && !['default', '__esModule'].includes(name))
      .toSorted()
      .map((name) => {
        const { enumerable, writable, value: member } = Object.getOwnPropertyDescriptor(value, name) ?? {}
        return [name, [typeof member, enumerable, writable]]
      }),
  )

const wrongOptions: readonly Record<string, unknown>[] = [
  { account: 1 },
  { account: '' },
  { account: 'a b' },
  { account: undefined, accessUrl: undefined },
  { account: undefined, accessUrl: 'http://localhost:1' },
  { warehouse: 1 },
  { database: 1 },
  { schema: {} },
  { role: [] },
  { rowMode: 'columns' },
  { streamResult: 'yes' },
  { fetchAsString: 'Number' },
  { fetchAsString: ['Nothing'] },
  { clientSessionKeepAlive: 1 },
  { clientSessionKeepAliveHeartbeatFrequency: 'often' },
  { jsTreatIntegerAsBigInt: 1 },
  { gcsUseDownscopedCredential: 1 },
  { rowStreamHighWaterMark: 'high' },
  { timeout: 'long' },
  { resultPrefetch: 'many' },
  { application: 'no spaces allowed' },
  { application: 1 },
  { proxyHost: 1 },
  { proxyHost: 'proxy' },
  { proxyHost: 'proxy', proxyPort: 'x' },
  { noProxy: 1 },
  { disableQueryContextCache: 1 },
  { includeRetryReason: 1 },
  { retryTimeout: 'x' },
  { sfRetryMaxLoginRetries: 'x' },
  { validateDefaultParameters: 1 },
  { representNullAsStringNull: 1 },
  { region: 'a b' },
  { arrayBindingThreshold: 'x' },
]

/** An option that has no effect is not looked at either. */
const withoutEffect = new Set(['arrayBindingThreshold'])

export const moduleScenarios: readonly Scenario[] = [
  {
    name: 'every export of the module is there, by import and by require',
    shows: ['module (its exports)'],
    run: async (subject) => ({
      imported: describeMembers(subject.snowflake),
      required: describeMembers(require('snowflake-sdk') as object),
      isSame: require('snowflake-sdk') === subject.snowflake,
      arity: [
        'createConnection',
        'createPool',
        'configure',
        'serializeConnection',
        'deserializeConnection',
        'normalizeConnectionOptions',
      ].map(
        (name) =>
          ((subject.snowflake as unknown as Record<string, { length: number }>)[name] as { length: number })
            .length,
      ),
    }),
  },
  {
    name: 'the constants of the module',
    shows: ['module.ErrorCode', 'module.ocspModes', ...constants.map((name) => `module.${name}`)],
    run: async ({ snowflake }) => {
      const module = snowflake as unknown as Record<string, unknown>
      return {
        errorCode: snowflake.ErrorCode,
        ocspModes: module.ocspModes,
        values: constants.map((name) => module[name]),
        isReadOnly: thrownBy(() => {
          module.STRING = 'x'
        }),
      }
    },
  },
  {
    name: 'names of options in other spellings',
    shows: ['module.normalizeConnectionOptions'],
    run: async ({ snowflake }) => {
      const { normalizeConnectionOptions: normalize } = snowflake as unknown as {
        normalizeConnectionOptions(options: unknown): unknown
      }
      return [
        { user: 'u', private_key_file: 'f', row_mode: 'array', unknown_thing: 1 },
        {},
        { accountName: 'x', ACCOUNT: 'y' },
        undefined,
        null,
      ].map((options) => {
        const seen = thrownBy(() => normalize(options)) as { thrown?: Error }
        return seen.thrown ? seen.thrown.name : seen
      })
    },
  },
  ...wrongOptions.map(
    (extra): Scenario => ({
      name: `createConnection with ${JSON.stringify(extra)}`,
      shows: ['module.createConnection', ...Object.keys(extra).map((name) => `options.${name}`)],
      differs: Object.keys(extra)
        .filter((name) => withoutEffect.has(name))
        .map((name) => ({
          member: `options.${name}`,
          kind: 'differs' as const,
          at: '',
          governed: /^"created"$/,
          why: 'accepted and without effect: binds are always sent with their statement',
        })),
      run: async (subject) => {
        const seen = thrownBy(() => subject.snowflake.createConnection(subject.options(extra))) as {
          thrown?: unknown
        }
        return 'thrown' in seen ? seen : 'created'
      },
    }),
  ),
  {
    name: 'createConnection leaves the options of the caller alone',
    shows: ['module.createConnection'],
    differs: [
      {
        member: 'module.createConnection',
        kind: 'differs',
        at: 'changed',
        governed: /\[\]/,
        why: 'the options of the caller are copied and never changed; the driver writes account, host and tokens into them',
      },
    ],
    run: async (subject) => {
      const options = subject.options() as unknown as Record<string, unknown>
      const before = { ...options }
      subject.snowflake.createConnection(options as never)
      return { changed: Object.keys(options).filter((name) => options[name] !== before[name]) }
    },
  },
  {
    name: 'createConnection without options',
    shows: ['module.createConnection'],
    differs: [
      {
        member: 'module.createConnection',
        kind: 'refused',
        at: 'outcome',
        governed: /ERR_OPTION_REFUSED/,
        why: 'without options it is refused: the driver would read connections.toml, which holds credentials',
      },
    ],
    run: async ({ snowflake }) => ({
      outcome: thrownBy(() => snowflake.createConnection(undefined as never)),
    }),
  },
  {
    name: 'each connection is one of its own',
    shows: ['module.createConnection', 'connection.getId'],
    run: async (subject) => {
      const [one, two] = [subject.create(), subject.create()]
      return [one !== two, one?.getId() !== two?.getId()]
    },
  },
  {
    name: 'a serialised connection',
    shows: ['module.serializeConnection', 'module.deserializeConnection'],
    differs: ['serializeConnection', 'deserializeConnection'].map((name) => ({
      member: `module.${name}`,
      kind: 'refused' as const,
      at: name,
      governed: /ERR_MEMBER_REFUSED/,
      why: 'it would hand out or take in the tokens of a session',
    })),
    run: async (subject) => {
      const { snowflake } = subject
      const connection = await subject.shared()
      const text = thrownBy(() => snowflake.serializeConnection(connection as never)) as { returned?: string }
      const back = thrownBy(() =>
        snowflake.deserializeConnection(subject.options(), text.returned ?? '{}'),
      ) as {
        returned?: { isUp(): boolean }
      }
      return {
        serializeConnection: text.returned === undefined ? text : typeof text.returned,
        deserializeConnection: back.returned === undefined ? back : back.returned.isUp(),
      }
    },
  },
]
