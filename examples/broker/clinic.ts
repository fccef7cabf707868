import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sampleIdentities, startDevelopmentIdentityProvider, untilInterrupted } from '@snowfence/cli/dev'
import { createLocalSnowflake } from '@snowfence/local'

// A local Snowflake and an identity provider without a broker: broker.yaml beside this file runs one against them.
const BROKER = 'http://127.0.0.1:8443'
const AUDIENCE = 'https://broker.snowfence.test'
const RENEWAL_MILLISECONDS = 15 * 60 * 1000
const folder = join(import.meta.dirname, '.snowfence')

const interrupted = untilInterrupted()
const identityProvider = await startDevelopmentIdentityProvider({
  port: 8485,
  identities: Object.values(sampleIdentities),
})
const warehouse = await createLocalSnowflake({
  port: 8484,
  oauth: {
    issuer: BROKER,
    audience: 'https://acme-clinic.snowflakecomputing.com',
    jwksUri: `${BROKER}/jwks.json`,
  },
})

const writeTokens = async (): Promise<void> => {
  for (const [name, { subject }] of Object.entries(sampleIdentities)) {
    const file = join(folder, `${name}.jwt`)
    writeFileSync(`${file}.next`, await identityProvider.token(subject, AUDIENCE), { mode: 0o600 })
    renameSync(`${file}.next`, file)
  }
}
mkdirSync(folder, { recursive: true, mode: 0o700 })
await writeTokens()
const renewal = setInterval(() => void writeTokens(), RENEWAL_MILLISECONDS)

const settings = {
  SNOWFLAKE_ACCOUNT: warehouse.account,
  SNOWFLAKE_ACCESS_URL: warehouse.url,
  SNOWFLAKE_WAREHOUSE: 'AGENTS',
  SNOWFLAKE_DATABASE: 'CLINIC',
  SNOWFLAKE_SCHEMA: 'PUBLIC',
  SNOWFENCE_BROKER: BROKER,
  SNOWFENCE_IDENTITY_TOKEN_FILE: join(folder, 'agent.jwt'),
  SNOWFENCE_REVIEWER_TOKEN_FILE: join(folder, 'reviewer.jwt'),
  SNOWFENCE_AUDITOR_TOKEN_FILE: join(folder, 'auditor.jwt'),
  SNOWFENCE_PURPOSE: 'HOPERAT',
  SNOWFENCE_AGENT_ID: 'readmissions-bot',
}
writeFileSync(
  join(folder, 'env'),
  Object.entries(settings)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join(''),
  { mode: 0o600 },
)
console.log(`ready; settings are in ${join(folder, 'env')}; Ctrl-C ends it`)

await interrupted
clearInterval(renewal)
await warehouse.close()
await identityProvider.close()
