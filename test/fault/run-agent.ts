import { createGovernedConnection, type GovernedConnectionOptions, identity } from 'snowfence'

// An agent in a process of its own, for tests that kill it. It runs the statements that are its further arguments, one
// after the other and, with `repeat`, from the first again. It says which one it begins and how it ended: a line of JSON
// each. Every statement has a QUERY_TAG of its own, by which it can be looked up afterwards.
const [settings = '{}', ...statements] = process.argv.slice(2)
const { token, name, repeat, ...options } = JSON.parse(settings) as GovernedConnectionOptions & {
  readonly token: string
  readonly name: string
  readonly repeat: boolean
}
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

const connection = await createGovernedConnection({
  ...options,
  identity: identity.fromFunction(async () => token),
}).connectAsync()
say({ tag: name, event: 'connected' })
let count = 0
do {
  for (const sqlText of statements) {
    count += 1
    const tag = `${name}-${count}`
    say({ tag, event: 'begun', sqlText })
    try {
      const { traceId } = await connection.query(sqlText, [], { parameters: { QUERY_TAG: tag } })
      say({ tag, event: 'completed', sqlText, traceId })
    } catch (error) {
      const { snowfenceCode, code, execution } = error as Record<string, unknown>
      say({ tag, event: 'failed', sqlText, code: snowfenceCode ?? code, execution })
    }
  }
} while (repeat)
await connection[Symbol.asyncDispose]()
