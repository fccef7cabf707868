import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import { createSqlAnalyzer } from '@snowfence/sql'
import { sql } from 'kysely'
import type { ApprovalContext } from './approvals/approval-context.ts'
import { createApprovalService } from './approvals/approval-service.ts'
import { ApprovalSignals } from './approvals/approval-signals.ts'
import {
  endApprovalsOfOtherPolicies,
  endApprovalsOfSession,
  endInterruptedClaims,
  endOverdueApprovals,
} from './approvals/end-approvals.ts'
import { createStatementJudge } from './approvals/judge-statement.ts'
import { createSealedTexts } from './approvals/sealed-texts.ts'
import type { Broker } from './broker.ts'
import type { CatalogueSource } from './catalogue/catalogue-source.ts'
import { createCatalogueSource } from './catalogue/create-catalogue-source.ts'
import { type Clock, systemClock } from './clock.ts'
import type { BrokerConfig, BrokerConfigInput } from './config/broker-config.ts'
import { parseBrokerConfig } from './config/parse-broker-config.ts'
import { type Database, openDatabase } from './database/open-database.ts'
import { createAuthenticator } from './http/authenticate.ts'
import { createApp } from './http/create-app.ts'
import { createIdentityVerifier } from './identity/create-identity-verifier.ts'
import { type KeyStore, openKeyStore } from './keys/key-store.ts'
import { loadRootKey } from './keys/load-root-key.ts'
import { createSealer, type Sealer } from './keys/sealer.ts'
import { createExternalOauthIssuer } from './leases/create-external-oauth-issuer.ts'
import { createMetrics } from './metrics/create-metrics.ts'
import { type CheckedDocument, createPolicyHolder, readPolicy } from './policy/policy-holder.ts'
import { createSessionService } from './sessions/session-service.ts'
import { SessionSignals } from './sessions/session-signals.ts'
import { findRevoked } from './sessions/session-store.ts'
import { createAuditExporter } from './trail/audit-export.ts'
import { createForwarder } from './trail/forwarder.ts'
import { createTrail } from './trail/trail.ts'
import { startWatch } from './watch.ts'

export interface BrokerOptions {
  readonly clock?: Clock
  /** Instead of the configured catalogue. */
  readonly catalogue?: CatalogueSource
}

/** Revocations of other replicas, changes of the policy's file and overdue approvals are noticed within this time. */
const WATCH_PAUSE_MS = 300

const openKeys = async (database: Database, sealer: Sealer, clock: Clock): Promise<KeyStore> => {
  try {
    return await openKeyStore(database.tables, sealer, clock)
  } catch (error) {
    throw new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
      message: 'the signing keys in the database cannot be opened with this encryption key',
      hint: 'give the encryption key that the database was made with, or start with an empty database',
      cause: error,
    })
  }
}

/**
 * Puts a broker together: opens its database, keys, policy and catalogue, and builds its routes. Nothing listens yet.
 *
 * @throws SnowfenceError `ERR_BROKER_CONFIG_INVALID`, `ERR_BROKER_DATA_CORRUPT`, `ERR_BROKER_DATA_IN_USE`,
 * `ERR_BROKER_DATABASE_UNREACHABLE`, `ERR_POLICY_INVALID`
 */
export const createBroker = async (
  input: BrokerConfigInput,
  options: BrokerOptions = {},
): Promise<Broker> => {
  const config = parseBrokerConfig(input)
  const policy = await readPolicy(config.policy)
  const rootKey = loadRootKey(config)
  const database = await openDatabase(config)
  try {
    return await assemble({ config, document: policy, rootKey, database }, options)
  } catch (error) {
    await database.close()
    throw error
  }
}

const listenError = (error: unknown, { host, port }: BrokerConfig['listen']): unknown => {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new SnowfenceError('ERR_BROKER_PORT_IN_USE', {
        message: `port ${port} on \`${host}\` is already in use`,
        cause: error,
      })
    case 'EACCES':
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new SnowfenceError('ERR_BROKER_CONFIG_INVALID', {
        message: `the broker cannot listen on \`${host}\` port ${port}`,
        hint: 'correct `listen` of the broker configuration',
        cause: error,
      })
    default:
      return error
  }
}

interface Parts {
  readonly config: BrokerConfig
  readonly document: CheckedDocument
  readonly rootKey: Uint8Array
  readonly database: Database
}

const assemble = async (parts: Parts, options: BrokerOptions): Promise<Broker> => {
  const { config, document, rootKey, database } = parts
  const clock = options.clock ?? systemClock
  const { tables } = database
  const sealer = createSealer(rootKey)
  const keys = await openKeys(database, sealer, clock)
  const policy = await createPolicyHolder(config.policy, document, keys)
  const metrics = createMetrics()

  let publicUrl = config.publicUrl
  const issuer = (): string => {
    if (publicUrl === undefined) throw new Error('the public address is known when the broker listens')
    return publicUrl
  }
  const credentials = createExternalOauthIssuer({
    keys,
    clock,
    issuer,
    audience: config.snowflake.accountUrl,
  })
  const catalogue = options.catalogue ?? createCatalogueSource(config.snowflake, credentials)

  const forwarder =
    config.otlp.endpoint === undefined
      ? null
      : createForwarder({
          endpoint: config.otlp.endpoint,
          headers: config.otlp.headers,
          onForwarded: (records) => metrics.countForwarded('forwarded', records),
          onDropped: (records) => metrics.countForwarded('dropped', records),
        })
  const trail = createTrail({
    database: tables,
    clock,
    onSealed: (records) => {
      for (const { record } of records) {
        const isBroker = record.source.producer === 'broker'
        metrics.countSealed(isBroker ? 'broker' : 'session', 1)
        if (isBroker) metrics.countEvent(record.span.name)
      }
      forwarder?.enqueue(records)
    },
  })

  const approvalSignals = new ApprovalSignals()
  const context: ApprovalContext = {
    config,
    database: tables,
    clock,
    trail,
    policy,
    credentials,
    judge: createStatementJudge({ analyzer: await createSqlAnalyzer(), catalogue, clock }),
    texts: createSealedTexts(sealer),
    signals: approvalSignals,
  }
  const recordPolicy = (): Promise<void> =>
    trail.transact(async ({ record }) => {
      const { version, digest } = policy.current().payload
      record({
        name: 'policy.loaded',
        sessionId: null,
        principal: null,
        attributes: { 'snowfence.policy.version': version, 'snowfence.policy.digest': digest },
      })
    })
  await recordPolicy()
  await endInterruptedClaims(context, database.exclusive)
  await endOverdueApprovals(context)
  await endApprovalsOfOtherPolicies(context)

  const signals = new SessionSignals()
  const sessions = createSessionService({
    config,
    database: tables,
    clock,
    credentials,
    policy,
    sealer,
    signals,
    trail,
    onEnd: async (step, session, kind) => {
      const ids = await endApprovalsOfSession(step, session, kind, clock())
      for (const id of ids) approvalSignals.tell(id)
    },
  })

  const closing = new AbortController()
  const app = await createApp({
    log: config.log,
    authenticator: createAuthenticator(createIdentityVerifier(config.issuers, clock), sessions),
    sessions,
    approvals: createApprovalService(context),
    signals,
    trail,
    exporter: createAuditExporter({
      database: tables,
      trail,
      keys,
      clock,
      origin: () => `${new URL(issuer()).host}/audit`,
    }),
    groups: config.groups,
    keys,
    issuer,
    metrics,
    checkReady: async () => {
      await sql`select 1`.execute(tables)
    },
    closing: closing.signal,
  })

  const reloadPolicy = async (): Promise<void> => {
    if (!(await policy.refresh())) return
    await recordPolicy()
    await endApprovalsOfOtherPolicies(context)
    signals.tellAll({ type: 'policy.changed', policy: { jws: policy.current().jws } })
  }
  const tellRevocations = async (): Promise<void> => {
    const listening = signals.listening
    if (listening.length === 0 || database.exclusive) return
    for (const { id, end_reason } of await findRevoked(tables, listening)) {
      signals.tell(id, { type: 'session.revoked', reason: end_reason ?? '' })
    }
  }
  const watch = (task: () => Promise<void>, name: string) =>
    startWatch(task, WATCH_PAUSE_MS, (error) =>
      app.log.error({ task: name, code: isSnowfenceError(error) ? error.code : undefined }, 'a watch failed'),
    )
  const watches = [
    watch(reloadPolicy, 'policy'),
    watch(tellRevocations, 'revocations'),
    watch(() => endOverdueApprovals(context), 'approvals'),
  ]

  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    closing.abort()
    await app.close()
    await Promise.all(watches.map((each) => each.stop()))
    await forwarder?.close()
    await catalogue.close()
    await database.close()
  }

  return {
    get url() {
      return issuer()
    },
    async listen() {
      try {
        const address = await app.listen(config.listen)
        publicUrl ??= address
        return publicUrl
      } catch (error) {
        throw listenError(error, config.listen)
      }
    },
    reloadPolicy,
    close: () => (closed ??= close()),
    [Symbol.asyncDispose]: () => (closed ??= close()),
  }
}
