import { setTimeout } from 'node:timers/promises'
import { SnowfenceError } from '@snowfence/core'
import { createApprovalService } from './approvals/approval-service.ts'
import {
  endApprovalsOfOtherPolicies,
  endInterruptedClaims,
  endOverdueApprovals,
} from './approvals/end-approvals.ts'
import type { Broker } from './broker.ts'
import type { CatalogueSource } from './catalogue/catalogue-source.ts'
import { type Clock, systemClock } from './clock.ts'
import type { BrokerConfig, BrokerConfigInput } from './config/broker-config.ts'
import { parseBrokerConfig } from './config/parse-broker-config.ts'
import { openDatabase } from './database/open-database.ts'
import { followChanges, followPolicy } from './follow-changes.ts'
import type { App } from './http/app.ts'
import { createAuthenticator } from './http/authenticate.ts'
import { createApp } from './http/create-app.ts'
import { createStop } from './http/stop-serving.ts'
import { createWaitingPlaces } from './http/waiting-places.ts'
import { createIdentityVerifier } from './identity/create-identity-verifier.ts'
import { loadRootKey } from './keys/load-root-key.ts'
import { readPolicy } from './policy/policy-holder.ts'
import { recordPolicy } from './policy/record-policy.ts'
import { createReplicas } from './replicas/replicas.ts'
import { sharedSettingsOf } from './replicas/shared-settings.ts'
import { createServices, type ServiceParts, type Services } from './services.ts'
import { readDeclaredSession } from './sessions/session-store.ts'
import { shortenLives } from './shorten-lives.ts'
import { createAuditExporter } from './trail/audit-export.ts'
import { followClock } from './trail/follow-clock.ts'
import type { Watch } from './watch.ts'

/**
 * Connections that the system accepts before the broker does: a fleet comes back at once after a restart. With Node's 511 the
 * rest is tried again after one, three and seven seconds. The system may allow fewer (`net.core.somaxconn`).
 */
const BACKLOG = 4096

export interface BrokerOptions {
  readonly clock?: Clock
  /**
   * Milliseconds that pass whatever the clock is set to. With a `clock` of its own and without this, a broker does not watch
   * for changes of its clock.
   */
  readonly monotonic?: () => number
  /** Instead of the configured catalogue. */
  readonly catalogue?: CatalogueSource
}

/** What recording the last refused tokens may add to a stop. */
const LAST_REFUSALS_MS = 500

/**
 * Puts a broker together: opens its database, keys, policy and catalogue, and builds its routes. Nothing listens yet.
 *
 * @throws SnowfenceError `ERR_BROKER_CONFIG_INVALID`, `ERR_BROKER_DATA_CORRUPT`, `ERR_BROKER_DATA_IN_USE`,
 * `ERR_BROKER_DATABASE_UNREACHABLE`, `ERR_BROKER_REPLICAS_DIFFER`, `ERR_POLICY_INVALID`
 */
export const createBroker = async (
  input: BrokerConfigInput,
  options: BrokerOptions = {},
): Promise<Broker> => {
  const config = parseBrokerConfig(input)
  const document = await readPolicy(config)
  const rootKey = loadRootKey(config)
  const database = await openDatabase(config)
  const { clock = systemClock, catalogue } = options
  let listensAt: string | undefined
  const publicUrl = (): string => {
    const url = config.publicUrl ?? listensAt
    if (url === undefined) throw new TypeError('the public address is known when the broker listens')
    return url
  }
  const parts: ServiceParts = { config, document, rootKey, database, clock, catalogue, publicUrl }
  const services = await createServices(parts).catch(async (error: unknown) => {
    await database.close()
    throw error
  })
  const { trail } = services.context
  const replicas = database.exclusive
    ? null
    : createReplicas({
        database: database.tables,
        clock,
        settings: () =>
          sharedSettingsOf(config, {
            publicUrl: publicUrl(),
            policyDigest: services.policy.current().payload.digest,
          }),
      })
  if (replicas !== null) services.metrics.followReplicas(replicas.current)
  try {
    // Before anything of the others is touched; without a configured address as soon as it is known.
    if (config.publicUrl !== undefined) await replicas?.join()
    await takeUp(services)
    const closing = new AbortController()
    const app = await buildApp(parts, services, closing.signal)
    const stopFollowing = followChanges(services, app.log)
    const clockWatch = watchClock(options, services, app)
    const stopServing = createStop(app)
    const end = async (): Promise<void> => {
      closing.abort()
      const cut = await stopServing()
      if (cut.withRequest + cut.withoutRequest > 0) {
        app.log.warn(cut, 'connections of clients that did not end them were cut by the stop')
      }
      await Promise.all([stopFollowing(), clockWatch?.stop(), replicas?.leave()])
      // What cannot be recorded within this time granted nothing: a hanging database must not hold up the stop.
      const recorded = services.refusedIdentities.flush(true).catch(() => {})
      await Promise.race([recorded, setTimeout(LAST_REFUSALS_MS, undefined, { ref: false })])
      const unsent = await services.forwarder?.close()
      if (unsent !== undefined && unsent.notShown > 0) {
        app.log.warn(unsent, 'records were sealed and not shown to the trace viewer before the stop')
      }
      await services.catalogue.close()
      await trail.close()
      // What is lost here is counted no more after a restart, and that must not keep the database open.
      await services.statements.close().catch(() => {})
      await database.close()
    }
    let ended: Promise<void> | undefined
    const close = (): Promise<void> => {
      ended ??= end()
      return ended
    }
    return {
      get url() {
        return publicUrl()
      },
      get address() {
        if (listensAt === undefined) throw new TypeError('the broker does not listen yet')
        return listensAt
      },
      async listen() {
        listensAt = await listen(app, config.listen)
        if (config.publicUrl === undefined) await replicas?.join()
        replicas?.follow(app.log)
        return publicUrl()
      },
      reloadPolicy: () => followPolicy(services),
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await replicas?.leave()
    await trail.close()
    await database.close()
    throw error
  }
}

/** Brings what an earlier run left behind to the present: the policy in force, claims in doubt, what is overdue. */
const takeUp = async ({ context, database, policy }: Services): Promise<void> => {
  await recordPolicy(context.trail, policy.current())
  await endInterruptedClaims(context, database.exclusive)
  await endOverdueApprovals(context)
  await endApprovalsOfOtherPolicies(context)
}

const watchClock = (
  { clock, monotonic }: BrokerOptions,
  { context, sessions, signals }: Services,
  { log }: App,
): Watch | null => {
  if (clock !== undefined && monotonic === undefined) return null
  return followClock({
    trail: context.trail,
    clock: context.clock,
    monotonic: monotonic ?? (() => performance.now()),
    log,
    onSetBack: ({ transaction }, milliseconds) =>
      shortenLives(transaction, { milliseconds, now: context.clock() }),
    afterSetBack: () => {
      sessions.forgetAll()
      // Streams are opened again, and know when their session ends now.
      signals.endAll()
      context.attendance.interrupt()
      context.signals.tellAll()
    },
  })
}

const buildApp = (parts: ServiceParts, services: Services, closing: AbortSignal): Promise<App> => {
  const { config, clock, publicUrl } = parts
  const { context, database, declared, keys, metrics, revocations, sessions, signals, statements } = services
  const { trail } = context
  return createApp({
    log: config.log,
    listen: config.listen,
    limits: config.limits,
    session: config.session,
    waiting: createWaitingPlaces(),
    groups: config.groups,
    authenticator: createAuthenticator(createIdentityVerifier(config.issuers, clock), sessions, revocations),
    sessions,
    revocations,
    refusedIdentities: services.refusedIdentities,
    approvals: createApprovalService(context, database.exclusive),
    signals,
    trail,
    statements,
    exporter: createAuditExporter({
      database: database.tables,
      trail,
      keys,
      clock,
      origin: () => `${new URL(publicUrl()).host}/audit`,
    }),
    readDeclaredSession: (id) => readDeclaredSession(database.tables, declared, id),
    keys,
    issuer: publicUrl,
    metrics,
    clock,
    checkReady: async () => {
      await trail.settle()
      await database.assertReady()
    },
    closing,
  })
}

const listen = async (app: App, { host, port }: BrokerConfig['listen']): Promise<string> => {
  try {
    return await app.listen({ host, port, backlog: BACKLOG })
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EADDRINUSE':
        throw new SnowfenceError('ERR_BROKER_PORT_IN_USE', {
          message: `port ${port} on \`${host}\` is already in use`,
          cause: error,
        })
      case 'EACCES':
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        throw new SnowfenceError('ERR_BROKER_CONFIG_INVALID', {
          message: `the broker cannot listen on \`${host}\` port ${port}`,
          hint: 'correct `listen` of the broker configuration',
          cause: error,
        })
      default:
        throw error
    }
  }
}
