import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startDevStack } from '@snowfence/cli/dev'

/** A warehouse, a broker and an identity, as the variables that programs read. */
export interface Runtimes extends AsyncDisposable {
  readonly variables: NodeJS.ProcessEnv
}

export const startRuntimes = async (): Promise<Runtimes> => {
  const stack = await startDevStack()
  const directory = await mkdtemp(path.join(tmpdir(), 'snowfence-'))
  const tokenFile = path.join(directory, 'token')
  await writeFile(tokenFile, await stack.identityToken('agent', { ttlSeconds: 7_200 }))
  return {
    variables: {
      SNOWFLAKE_ACCOUNT: stack.warehouse.account,
      SNOWFLAKE_ACCESS_URL: stack.warehouse.url,
      SNOWFENCE_BROKER: stack.broker.url,
      SNOWFENCE_IDENTITY_TOKEN_FILE: tokenFile,
      SNOWFENCE_PURPOSE: 'HOPERAT',
      SNOWFENCE_AGENT_ID: 'runtimes',
    },
    [Symbol.asyncDispose]: async () => {
      await stack.close()
      await rm(directory, { recursive: true })
    },
  }
}
