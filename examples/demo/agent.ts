import {
  createGovernedConnection,
  type GovernedConnection,
  type GovernedError,
  identity,
  isGovernedError,
  type QueryResult,
} from 'snowfence'

export interface AgentSettings {
  readonly account: string
  readonly accessUrl: string
  readonly brokerUrl: string
  readonly identityToken: () => Promise<string>
}

/** What an agent gets back: rows, or a denial that it can read and act on. */
export type AgentAnswer =
  | { readonly kind: 'rows'; readonly result: QueryResult<unknown[]> }
  | { readonly kind: 'denied'; readonly denial: GovernedError }

/** The whole of what an agent has to do: no credential, no masking, no audit of its own. */
export const startAgent = async (settings: AgentSettings) => {
  const connection: GovernedConnection = createGovernedConnection({
    account: settings.account,
    accessUrl: settings.accessUrl,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    broker: settings.brokerUrl,
    identity: identity.fromFunction(settings.identityToken),
    purpose: 'HOPERAT',
    agent: { id: 'readmissions-bot', version: '1.4.0', task: 'weekly readmission report' },
  })
  await connection.connectAsync()
  return {
    async ask(sql: string, binds?: readonly (string | number)[]): Promise<AgentAnswer> {
      try {
        return { kind: 'rows', result: await connection.query<unknown[]>(sql, binds, { rowMode: 'array' }) }
      } catch (error) {
        if (isGovernedError(error)) return { kind: 'denied', denial: error }
        throw error
      }
    },
    close: () => new Promise<void>((resolve) => connection.destroy(() => resolve())),
  }
}

export type Agent = Awaited<ReturnType<typeof startAgent>>
