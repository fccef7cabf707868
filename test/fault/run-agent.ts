import { createGovernedConnection, type GovernedConnectionOptions, identity } from 'snowfence'

// An agent in a process of its own, for tests that kill it. It runs the statements that are its further arguments, one
// after the other and from the first again, and says how each ended: a line of JSON each.
const [settings = '{}', ...statements] = process.argv.slice(2)
const { token, repeat, ...options } = JSON.parse(settings) as GovernedConnectionOptions & {
  readonly token: string
  readonly repeat: boolean
}
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

const connection = await createGovernedConnection({
  ...options,
  identity: identity.fromFunction(async () => token),
}).connectAsync()
say({ connected: true })
do {
  for (const sqlText of statements) {
    const started = { sqlText }
    try {
      const { queryId, traceId } = await connection.query(sqlText)
      say({ ...started, ended: 'completed', queryId, traceId })
    } catch (error) {
      const { snowfenceCode, code, execution, traceId } = error as Record<string, unknown>
      say({ ...started, ended: 'failed', code: snowfenceCode ?? code, execution, traceId })
    }
  }
} while (repeat)
await connection[Symbol.asyncDispose]()
