import { createGovernedConnection, identity } from 'snowfence'
import snowflake from 'snowflake-sdk'
import type { Difference } from './scenario.ts'
import { scenarios } from './scenarios.ts'

/** One part of what the driver has, with the members that its code shows. */
export interface SurfacePart {
  readonly title: string
  /** Before the names of its members, in what scenarios say that they show. */
  readonly prefix: string
  readonly members: readonly string[]
}

export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'differs' | 'refused'; readonly why: readonly string[] }

// By default the driver logs to the console, and to a file in the working directory.
snowflake.configure({ logLevel: 'OFF' })

const credentials = { account: 'acme-clinic', username: 'somebody', password: 'none' }

const unconnected = () =>
  snowflake.createConnection({ ...credentials }) as unknown as { execute(options: unknown): object }

/** Methods of its own, as every object of the driver's has them. */
const methodsOf = (value: object): readonly string[] =>
  Object.getOwnPropertyNames(value).filter(
    (name) => typeof (value as Record<string, unknown>)[name] === 'function',
  )

/** The names that the driver reads of an object it is given. */
const namesReadOf = (given: object, use: (watched: object) => void): readonly string[] => {
  const names = new Set<string>()
  const note = (name: string | symbol): void => {
    if (typeof name === 'string') names.add(name)
  }
  const watched = new Proxy(given, {
    get: (target, name) => {
      note(name)
      return Reflect.get(target, name) as unknown
    },
  })
  use(watched)
  return [...names].filter((name) => !(name in Object.prototype) && name !== 'toJSON').toSorted()
}

const statements = (): readonly object[] =>
  ['select 1', 'put file://nothing @NOTHING'].map((sqlText) => {
    const connection = unconnected()
    return connection.execute({ sqlText })
  })

const executeOptions = (): readonly string[] => {
  const names = ['select 1', 'put file://nothing @NOTHING'].flatMap((sqlText) =>
    namesReadOf({ sqlText }, (watched) => void unconnected().execute(watched)),
  )
  // Carried from one of the driver's own statements to the next one of a batch.
  return [...new Set(names)].filter((name) => !name.startsWith('multi')).toSorted()
}

/** Read by the driver in some cases only, or later than it makes a connection. */
const laterOptions = [
  'crlDownloadTimeout',
  'sfRetryMaxNumRetries',
  'sfRetryMaxSleepTime',
  'sfRetryStartingSleepTime',
  'tokenFilePath',
]

const connectionOptions = (): readonly string[] => {
  const read = namesReadOf({ ...credentials }, (watched) => void snowflake.createConnection(watched as never))
  const shown = scenarios.flatMap(({ shows }) =>
    shows.filter((name) => name.startsWith('options.')).map((name) => name.slice('options.'.length)),
  )
  return [...new Set([...read, ...shown, ...laterOptions])].toSorted()
}

export const columnMembers = [
  'getName',
  'getIndex',
  'getId',
  'getType',
  'getScale',
  'getPrecision',
  'isNullable',
  'isString',
  'isBinary',
  'isNumber',
  'isBoolean',
  'isDate',
  'isTime',
  'isTimestamp',
  'isTimestampLtz',
  'isTimestampNtz',
  'isTimestampTz',
  'isVariant',
  'isObject',
  'isArray',
  'isMap',
  '_getRowValue',
  '_getRowValueAsString',
] as const

export const rowMembers = [
  'getRowIndex',
  'getStatement',
  'getColumnValue',
  'getColumnValueAsString',
  'rowIndex',
  'values',
  '_arrayProcessedColumns',
] as const

/** The whole surface, read from the installed driver. */
export const readSurface = (): readonly SurfacePart[] => {
  const parts: SurfacePart[] = [
    {
      title: 'The module',
      prefix: 'module.',
      members: Object.getOwnPropertyNames(snowflake).filter(
        (name) => !['default', '__esModule'].includes(name),
      ),
    },
    {
      title: 'Options of `createConnection` and `createPool`',
      prefix: 'options.',
      members: connectionOptions(),
    },
    { title: 'Connections', prefix: 'connection.', members: methodsOf(unconnected()) },
    { title: 'Options of `execute`', prefix: 'execute.', members: executeOptions() },
    {
      title: 'Statements',
      prefix: 'statement.',
      members: [...new Set(statements().flatMap(methodsOf))],
    },
    { title: 'Columns', prefix: 'column.', members: columnMembers },
    { title: 'Rows of `fetchRows`', prefix: 'row.', members: rowMembers },
  ]
  const named = new Set(parts.flatMap(({ prefix, members }) => members.map((name) => `${prefix}${name}`)))
  const others = new Set(
    scenarios.flatMap(({ shows, differs = [] }) => [...shows, ...differs.map(({ member }) => member)]),
  )
  return [
    ...parts,
    {
      title: 'What comes of it',
      prefix: '',
      members: [...others].filter((name) => !named.has(name) && !isOption(name)).toSorted(),
    },
  ]
}

const isOption = (name: string): boolean => /^(options|execute|module)\./.test(name)

/** Options whose effect a program cannot see by itself: `test/e2e` looks at the warehouse's history. */
const seenInHistory: Readonly<Record<string, string>> = {
  queryTag: 'its tag becomes part of the tag that ties a query to its audit record',
}

/** What a governed connection says to an option of the driver's. */
const optionRefusal = (name: string): string | null => {
  try {
    createGovernedConnection({
      account: 'acme-clinic',
      broker: 'https://broker.example',
      identity: identity.fromEnv('TOKEN'),
      purpose: 'TREAT',
      agent: { id: 'agent' },
      [name]: name === 'account' ? 'acme-clinic' : 'x',
    } as never)
    return null
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string }
    return code === 'ERR_OPTION_REFUSED' && message.includes(`\`${name}\``) ? message : null
  }
}

/** How a member behaves, by the scenarios that show it; null where none does. */
export const verdictOn = (member: string): Verdict | null => {
  const shown = scenarios.filter(({ shows }) => shows.includes(member))
  const differences: readonly Difference[] = scenarios.flatMap(({ differs = [] }) =>
    differs.filter((difference) => difference.member === member),
  )
  const why = [...new Set(differences.map((difference) => difference.why))]
  if (member.startsWith('options.')) {
    const refusal = optionRefusal(member.slice('options.'.length))
    if (refusal !== null) return { kind: 'refused', why: [refusal] }
    const effect = seenInHistory[member.slice('options.'.length)]
    if (effect !== undefined) return { kind: 'differs', why: [effect] }
    if (why.length === 0) return { kind: 'same' }
  }
  if (differences.some(({ kind }) => kind === 'refused') && shown.length <= differences.length)
    return { kind: 'refused', why }
  if (why.length > 0) return { kind: 'differs', why }
  return shown.length > 0 ? { kind: 'same' } : null
}
