// One measurement in a process of its own: node bench-case.ts '{"subject":"raw","scenario":…,"warehouse":"…","broker":"…","token":"…"}'
import { createRequire } from 'node:module'
import type * as Driver from 'snowflake-sdk'
import { measure, type Subject } from './measure.ts'
import type { Scenario } from './scenarios.ts'

interface Case {
  readonly subject: 'raw' | 'governed'
  readonly scenario: Scenario
  readonly warehouse: string
  readonly broker: string
  readonly token: string
  readonly fastPath: boolean
}

const given = JSON.parse(process.argv[2] ?? '') as Case
const where = {
  account: 'bench',
  accessUrl: given.warehouse,
  warehouse: 'AGENTS',
  database: 'BENCH',
  schema: 'PUBLIC',
}

const raw: Subject = {
  async connect() {
    // The same doors closed as the governed connection closes, so that their cost is in neither figure.
    process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION = 'true'
    process.env.SNOWFLAKE_DISABLE_MINICORE = 'true'
    const snowflake = createRequire(import.meta.url)('snowflake-sdk') as typeof Driver
    snowflake.configure({ logLevel: 'OFF' })
    const connection = snowflake.createConnection({
      ...where,
      username: 'BENCH',
      authenticator: 'OAUTH',
      token: 'token',
    })
    await new Promise<void>((resolve, reject) =>
      connection.connect((error) => (error ? reject(error) : resolve())),
    )
    return connection
  },
}

const governed: Subject = {
  async connect() {
    const { createGovernedConnection, identity } = await import('snowfence')
    const connection = createGovernedConnection({
      ...where,
      broker: given.broker,
      identity: identity.fromFunction(() => given.token),
      purpose: 'HOPERAT',
      agent: { id: 'bench' },
      fastPath: given.fastPath,
    })
    await connection.connectAsync()
    return connection
  },
}

const measurement = await measure(given.subject === 'raw' ? raw : governed, given.scenario)
process.stdout.write(`${JSON.stringify(measurement)}\n`)
process.exit(0)
