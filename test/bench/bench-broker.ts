// A real broker (embedded database, audit on) and a real identity provider for the measurements, in a process of their own.
// Prints {"url":"…","token":"…"} when it listens, ends when its parent closes standard input.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createBroker } from '@snowfence/broker'
import { startDevelopmentIdentityProvider } from '@snowfence/cli/dev'
import { benchTables } from './bench-tables.ts'

const AUDIENCE = 'https://broker.snowfence.test'
const mask = process.argv[2] ?? 'redact'

const policy = `version: 1
classes:
  ssn: { mask: ${mask === 'partial' ? '{ partial: { keepLast: 4 } }' : mask} }
  name: { mask: ${mask === 'partial' ? '{ partial: { keepFirst: 1 } }' : mask} }
  email: { mask: ${mask === 'partial' ? '{ partial: { keepLast: 8 } }' : mask} }
resources:
  - table: BENCH.PUBLIC.*
    unclassified: allow
    columns: { SSN: ssn, NAME: name, EMAIL: email }
rules:
  - id: bench
    effect: permit
    principals: { groups: [bench] }
    actions: [select]
    resources: ['BENCH.PUBLIC.*']
`

const catalog = {
  BENCH: {
    PUBLIC: Object.fromEntries(
      Object.values(benchTables).map(({ name, columns }) => [
        name.toUpperCase(),
        columns.map((column) => column.name),
      ]),
    ),
  },
}

const folder = await mkdtemp(path.join(tmpdir(), 'snowfence-bench-'))
await writeFile(path.join(folder, 'policy.yaml'), policy)
await writeFile(path.join(folder, 'catalog.json'), JSON.stringify(catalog))
const identityProvider = await startDevelopmentIdentityProvider({
  identities: [{ subject: 'bench', groups: ['bench'] }],
})
const broker = await createBroker({
  listen: { host: '127.0.0.1', port: 0 },
  issuers: [{ issuer: identityProvider.issuer, audience: AUDIENCE }],
  policy: path.join(folder, 'policy.yaml'),
  snowflake: {
    account: 'bench',
    accountUrl: 'https://bench.snowflakecomputing.com',
    roles: [{ groups: ['bench'], user: 'BENCH', role: 'READER', warehouse: 'AGENTS' }],
    catalogue: { kind: 'file', path: path.join(folder, 'catalog.json') },
  },
  dataDir: path.join(folder, 'data'),
})
const url = await broker.listen()
process.stdout.write(`${JSON.stringify({ url, token: await identityProvider.token('bench', AUDIENCE) })}\n`)
process.stdin.resume().on('end', async () => {
  await broker.close()
  await identityProvider.close()
  await rm(folder, { recursive: true, force: true })
  process.exit(0)
})
