import { SnowfenceError } from '@snowfence/core'
import { Account } from './account.ts'
import { createServer } from './http/create-server.ts'
import { type LocalOptions, type LocalSettings, localOptionsSchema } from './local-options.ts'
import { createOAuthVerifier } from './login/verify-oauth-token.ts'
import { type QueryRecord, toRecord } from './query/query-history.ts'
import { createClinic } from './sample/create-clinic.ts'
import { type Dataset, generateDataset } from './sample/dataset.ts'
import { type AccountState, restoreAccountState } from './store/account-state.ts'
import { openStore } from './store/open-store.ts'

export interface LocalSnowflake {
  /** `http://127.0.0.1:PORT`, the `accessUrl` of a driver. */
  readonly url: string
  readonly account: string
  readonly administrator: { readonly username: string; readonly password: string }
  /** The sample data that was generated for the seed: what is in the tables unless a statement changed it. */
  readonly dataset: Dataset
  /** Every statement so far, oldest first. */
  queryHistory(): QueryRecord[]
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const listen = async (server: ReturnType<typeof createServer>, settings: LocalSettings): Promise<string> => {
  try {
    return await server.listen({ port: settings.port, host: settings.host })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
    throw new SnowfenceError('ERR_LOCAL_PORT_IN_USE', {
      message: `the port ${settings.port} for the local Snowflake is already in use`,
      details: { host: settings.host, port: settings.port },
      cause,
    })
  }
}

/** The administrator's password is the one of this run, whatever an earlier run had. */
const reopen = (account: Account, settings: LocalSettings, state: AccountState): void => {
  restoreAccountState(account, state)
  const { username, password } = settings.administrator
  const user = account.users.byLogin(username)
  if (user) account.users.setPassword(user, password)
}

/**
 * Starts a Snowflake on this machine: the HTTP protocol in front of an in-process DuckDB with the sample clinic.
 *
 * Log-ins are by External OAuth token, verified against `oauth`, and by the administrator's password.
 *
 * @throws SnowfenceError ERR_LOCAL_PORT_IN_USE, ERR_LOCAL_DATA_CORRUPT
 */
export const createLocalSnowflake = async (options: LocalOptions = {}): Promise<LocalSnowflake> => {
  const settings = localOptionsSchema.parse(options)
  const store = await openStore(settings.dataDir ?? null, settings.engineMegabytes)
  const account = new Account({
    settings: { ...settings, name: settings.account },
    store,
    verifyToken: settings.oauth ? createOAuthVerifier(settings.oauth) : null,
  })
  const dataset = generateDataset({ seed: settings.seed, patients: settings.patients })
  let url = ''
  const server = createServer(account, () => url)
  const close = async () => {
    await account.queries.stop()
    // Answers that are on their way may finish; a client that does not read them does not hold up the end.
    const force = setTimeout(() => server.server.closeAllConnections(), 1000)
    await server.close()
    clearTimeout(force)
    for (const session of account.sessions.all()) await account.endSession(session)
    account.connections.close()
    await store.close()
  }
  try {
    if (store.state) reopen(account, settings, store.state)
    else {
      await createClinic(account, settings, dataset)
      await account.save()
    }
    url = await listen(server, settings)
  } catch (error) {
    await close()
    throw error
  }
  return {
    url,
    account: settings.account,
    administrator: settings.administrator,
    dataset,
    queryHistory: () => account.queries.history().map(toRecord),
    close,
    [Symbol.asyncDispose]: close,
  }
}
