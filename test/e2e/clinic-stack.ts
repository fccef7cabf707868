import { type DevStack, type DevStackOptions, type SampleIdentity, startDevStack } from '@snowfence/cli/dev'
import type { Lease } from '@snowfence/core'
import {
  createGovernedConnection,
  type GovernedConnection,
  type GovernedConnectionOptions,
  identity,
} from 'snowfence'
import snowflake from 'snowflake-sdk'

/** The whole stack on loopback: warehouse, identity provider, broker, and connections to it. */
export interface ClinicStack {
  readonly stack: DevStack
  /** Options of a connection as the clinic's agent. */
  options(): GovernedConnectionOptions
  /** A connection as the clinic's agent, not yet connected. Closed with the stack at the latest. */
  connection(options?: Partial<GovernedConnectionOptions>): GovernedConnection
  connect(options?: Partial<GovernedConnectionOptions>): Promise<GovernedConnection>
  /** One request to the broker's own routes, as one of its people. */
  ask(
    as: SampleIdentity,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }>
  /** Waits until a request is pending, and decides it as the reviewer. */
  decide(decision: 'approve' | 'reject', comment?: string): Promise<string>
  /** The driver itself, as the warehouse's administrator: what an ungoverned program sees. */
  administrator(): Promise<snowflake.Connection>
  /** A lease as the broker hands it to the agent. */
  lease(): Promise<Lease>
  close(): Promise<void>
}

const pause = async (milliseconds: number): Promise<void> =>
  await new Promise((resolve) => setTimeout(resolve, milliseconds))

interface ApprovalView {
  readonly id: string
  readonly digest: string
}

export const startClinicStack = async (stackOptions: DevStackOptions = {}): Promise<ClinicStack> => {
  const stack = await startDevStack(stackOptions)
  const connections: GovernedConnection[] = []
  let administrator: Promise<snowflake.Connection> | undefined

  const options: ClinicStack['options'] = () => ({
    account: stack.warehouse.account,
    accessUrl: stack.warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    broker: stack.broker.url,
    identity: identity.fromFunction(async () => await stack.identityToken('agent')),
    purpose: 'HOPERAT',
    agent: { id: 'readmissions-bot', task: 'end-to-end tests' },
  })

  const connection: ClinicStack['connection'] = (extra = {}) => {
    const made = createGovernedConnection({ ...options(), ...extra })
    connections.push(made)
    return made
  }

  const ask: ClinicStack['ask'] = async (as, method, path, body) => {
    const response = await fetch(new URL(path, stack.broker.url), {
      method,
      headers: {
        authorization: `Bearer ${await stack.identityToken(as)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json().catch(() => null) }
  }

  return {
    stack,
    options,
    connection,
    ask,
    connect: async (extra) => await connection(extra).connectAsync(),
    decide: async (decision, comment) => {
      for (;;) {
        const { body } = await ask('reviewer', 'GET', '/v1/approvals?state=pending')
        const [pending] = (body as { approvals: ApprovalView[] }).approvals
        if (pending) {
          const answer = await ask('reviewer', 'POST', `/v1/approvals/${pending.id}/decision`, {
            decision,
            seenDigest: pending.digest,
            ...(comment === undefined ? {} : { comment }),
          })
          if (answer.status !== 200) throw new Error(`the decision was answered with ${answer.status}`)
          return pending.id
        }
        await pause(20)
      }
    },
    administrator: async () => {
      snowflake.configure({ logLevel: 'OFF' })
      administrator ??= new Promise((resolve, reject) =>
        snowflake
          .createConnection({
            account: stack.warehouse.account,
            accessUrl: stack.warehouse.url,
            ...stack.warehouse.administrator,
            warehouse: 'AGENTS',
            database: 'CLINIC',
            schema: 'PUBLIC',
          })
          .connect((error, made) => (error ? reject(error) : resolve(made))),
      )
      return await administrator
    },
    lease: async () => {
      const { body } = await ask('agent', 'POST', '/v1/sessions', {
        purpose: 'HOPERAT',
        agent: { id: 'readmissions-bot' },
        client: { name: 'test', version: '0' },
        snowflake: { account: stack.warehouse.account },
      })
      return (body as { lease: Lease }).lease
    },
    close: async () => {
      const opened = await administrator?.catch(() => null)
      if (opened) await new Promise((resolve) => opened.destroy(resolve))
      await Promise.allSettled(connections.map(async (made) => await made[Symbol.asyncDispose]()))
      await stack.close()
    },
  }
}
