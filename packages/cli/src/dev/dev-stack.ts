import { type Broker, createBroker } from '@snowfence/broker'
import { isSnowfenceError } from '@snowfence/core'
import { createLocalSnowflake, type LocalSnowflake } from '@snowfence/local'
import { clinicPolicyFile } from '../clinic-policy-file.ts'
import { type DevelopmentIdentityProvider, startDevelopmentIdentityProvider } from './identity-provider.ts'
import { reservePort } from './reserve-port.ts'
import { type SampleIdentity, sampleIdentities } from './sample-identities.ts'

export interface DevStackOptions {
  /** Policy document. Default: the clinic example. */
  readonly policyFile?: string
  /** Keeps the broker's data; in memory when absent. */
  readonly dataDir?: string
  readonly ports?: { readonly broker?: number; readonly warehouse?: number; readonly identity?: number }
  /** Where the broker forwards the sealed trail: base address of an OTLP/HTTP receiver. */
  readonly otlpEndpoint?: string
  readonly leaseSeconds?: number
}

/** A running stack on loopback: warehouse with sample data, identity provider, broker. */
export interface DevStack extends AsyncDisposable {
  readonly warehouse: LocalSnowflake
  readonly identityProvider: DevelopmentIdentityProvider
  readonly broker: Broker
  /** A fresh identity token for the broker. */
  identityToken(identity: SampleIdentity, options?: { readonly ttlSeconds?: number }): Promise<string>
  close(): Promise<void>
}

const HOST = '127.0.0.1'
/** What tokens of the identity provider and leases of the broker are made out to. Names, not addresses that are called. */
const BROKER_AUDIENCE = 'https://broker.snowfence.test'
const ACCOUNT_URL = 'https://acme-clinic.snowflakecomputing.com'

const RESERVATIONS = 5

/**
 * Starts the whole stack. What was started is closed again when a later part fails.
 *
 * @throws SnowfenceError `ERR_BROKER_PORT_IN_USE`, `ERR_LOCAL_PORT_IN_USE`, `ERR_IDENTITY_PORT_IN_USE`, `ERR_POLICY_INVALID`, `ERR_BROKER_DATA_CORRUPT`
 */
export const startDevStack = async (options: DevStackOptions = {}): Promise<DevStack> => {
  const chosen = options.ports?.broker
  if (chosen) return await startStack(options, chosen)
  for (let left = RESERVATIONS; ; left -= 1)
    try {
      return await startStack(options, await reservePort(HOST))
    } catch (error) {
      // Another process took the reserved port before the broker listened there.
      if (left <= 1 || !isSnowfenceError(error, 'ERR_BROKER_PORT_IN_USE')) throw error
    }
}

const startStack = async (options: DevStackOptions, brokerPort: number): Promise<DevStack> => {
  const started: (() => Promise<void>)[] = []
  const close = async () => {
    for (let stop = started.pop(); stop; stop = started.pop()) await stop()
  }
  try {
    const brokerUrl = `http://${HOST}:${brokerPort}`
    // One after the other: what a failing part leaves behind must be known, to be closed again.
    const identityProvider = await startDevelopmentIdentityProvider({
      host: HOST,
      port: options.ports?.identity ?? 0,
      identities: Object.values(sampleIdentities),
    })
    started.push(() => identityProvider.close())
    const warehouse = await createLocalSnowflake({
      host: HOST,
      port: options.ports?.warehouse ?? 0,
      oauth: { issuer: brokerUrl, audience: ACCOUNT_URL, jwksUri: `${brokerUrl}/jwks.json` },
    })
    started.push(() => warehouse.close())
    const broker = await createBroker({
      listen: { host: HOST, port: brokerPort },
      issuers: [{ issuer: identityProvider.issuer, audience: BROKER_AUDIENCE }],
      policy: options.policyFile ?? clinicPolicyFile(),
      snowflake: {
        account: warehouse.account,
        accountUrl: ACCOUNT_URL,
        roles: [
          {
            groups: ['clinic-agents'],
            user: 'CLINIC_AGENT',
            role: 'CLINIC_READER',
            warehouse: 'AGENTS',
            elevatedRoles: ['CLINIC_NOTES_READER'],
          },
        ],
        catalogue: {
          kind: 'warehouse',
          user: 'SNOWFENCE_CATALOG',
          role: 'SNOWFENCE_CATALOG',
          accessUrl: warehouse.url,
        },
      },
      groups: { auditors: ['auditors'], operators: ['operators'] },
      ...(options.leaseSeconds === undefined ? {} : { session: { leaseSeconds: options.leaseSeconds } }),
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
      ...(options.otlpEndpoint === undefined ? {} : { otlp: { endpoint: options.otlpEndpoint } }),
    })
    started.push(() => broker.close())
    await broker.listen()
    return {
      warehouse,
      identityProvider,
      broker,
      identityToken: (identity, tokenOptions) =>
        identityProvider.token(sampleIdentities[identity].subject, BROKER_AUDIENCE, tokenOptions),
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
