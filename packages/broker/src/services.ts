import { timeSkewOf } from '@snowfence/audit'
import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import { createSqlAnalyzer } from '@snowfence/sql'
import type { ApprovalContext } from './approvals/approval-context.ts'
import { ApprovalSignals } from './approvals/approval-signals.ts'
import { Attendance } from './approvals/attendance.ts'
import { endApprovalsOfSession } from './approvals/end-approvals.ts'
import { createStatementJudge } from './approvals/judge-statement.ts'
import { type OpenApprovalsWatch, watchOpenApprovals } from './approvals/open-approvals.ts'
import { createSealedTexts } from './approvals/sealed-texts.ts'
import type { CatalogueSource } from './catalogue/catalogue-source.ts'
import { createCatalogueSource } from './catalogue/create-catalogue-source.ts'
import type { Clock } from './clock.ts'
import type { BrokerConfig } from './config/broker-config.ts'
import type { Database } from './database/open-database.ts'
import { createDeclaredTexts, type DeclaredTexts } from './keys/declared-texts.ts'
import { type KeyStore, openKeyStore } from './keys/key-store.ts'
import { createSealer, type Sealer } from './keys/sealer.ts'
import { createExternalOauthIssuer } from './leases/create-external-oauth-issuer.ts'
import { createMetrics, type Metrics } from './metrics/create-metrics.ts'
import { type CheckedDocument, createPolicyHolder, type PolicyHolder } from './policy/policy-holder.ts'
import { createRevocations, type Revocations } from './sessions/revocations.ts'
import { createSessionService, type SessionService } from './sessions/session-service.ts'
import { SessionSignals } from './sessions/session-signals.ts'
import { createForwarder, type Forwarder } from './trail/forwarder.ts'
import { type OpenStatementsWatch, watchOpenStatements } from './trail/open-statements.ts'
import { createRefusedIdentities, type RefusedIdentities } from './trail/refused-identities.ts'
import { openTrail, type Trail } from './trail/trail.ts'
import { createStatementCount, type StatementCount } from './usage/statement-count.ts'

export interface ServiceParts {
  readonly config: BrokerConfig
  readonly document: CheckedDocument
  readonly rootKey: Uint8Array
  readonly database: Database
  readonly clock: Clock
  readonly catalogue: CatalogueSource | undefined
  /** The broker's public address; known at the latest when it listens. */
  readonly publicUrl: () => string
}

/** Everything that the routes and the watches of one broker share. */
export interface Services {
  readonly database: Database
  readonly keys: KeyStore
  readonly policy: PolicyHolder
  readonly catalogue: CatalogueSource
  readonly metrics: Metrics
  readonly statements: StatementCount
  readonly forwarder: Forwarder | null
  readonly context: ApprovalContext
  readonly openApprovals: OpenApprovalsWatch
  readonly openStatements: OpenStatementsWatch
  readonly sessions: SessionService
  readonly revocations: Revocations
  readonly declared: DeclaredTexts
  readonly refusedIdentities: RefusedIdentities
  readonly signals: SessionSignals
}

const openKeys = async (database: Database, sealer: Sealer, clock: Clock): Promise<KeyStore> => {
  try {
    return await openKeyStore(database.tables, sealer, clock)
  } catch (error) {
    if (isSnowfenceError(error)) throw error
    throw new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
      message: 'the signing keys in the database cannot be opened with this encryption key',
      hint: 'give the encryption key that the database was made with, or start with an empty database',
      cause: error,
    })
  }
}

const openForwarder = ({ endpoint, headers }: BrokerConfig['otlp'], metrics: Metrics): Forwarder | null =>
  endpoint === undefined
    ? null
    : createForwarder({
        endpoint,
        headers,
        onForwarded: (records) => metrics.countForwarded('forwarded', records),
        onDropped: (records) => metrics.countForwarded('dropped', records),
      })

const openObservedTrail = (
  { database, clock }: ServiceParts,
  {
    metrics,
    statements,
    openStatements,
    forwarder,
  }: Pick<Services, 'metrics' | 'statements' | 'openStatements' | 'forwarder'>,
): Promise<Trail> =>
  openTrail({
    database,
    clock,
    onSealed: (records) => {
      for (const { record } of records) {
        const isBroker = record.source.producer === 'broker'
        metrics.countSealed(isBroker ? 'broker' : 'session', 1)
        if (isBroker) metrics.countEvent(record.span.name)
        if (timeSkewOf(record) !== null) metrics.countMisdated()
      }
      statements.note(records)
      openStatements.note()
      forwarder?.enqueue(records)
    },
  })

/** @throws SnowfenceError `ERR_BROKER_DATA_CORRUPT` when the stored keys cannot be opened, or the journal is damaged. */
export const createServices = async (parts: ServiceParts): Promise<Services> => {
  const { config, document, rootKey, database, clock, publicUrl } = parts
  const sealer = createSealer(rootKey)
  const declared = createDeclaredTexts(sealer)
  const keys = await openKeys(database, sealer, clock)
  const policy = await createPolicyHolder(config, document, { keys, sealer })
  const metrics = createMetrics()
  const forwarder = openForwarder(config.otlp, metrics)
  const analyzer = await createSqlAnalyzer()
  const { accountUrl } = config.snowflake
  const credentials = createExternalOauthIssuer({ keys, clock, issuer: publicUrl, audience: accountUrl })
  const catalogue = parts.catalogue ?? createCatalogueSource(config.snowflake, credentials)
  const statements = createStatementCount({
    database: database.tables,
    clock,
    exclusive: database.exclusive,
  })
  const openStatements = watchOpenStatements(database.tables, database)
  metrics.followStatements(openStatements.current, clock)
  // The last that can fail: nobody would close its journal.
  const trail = await openObservedTrail(parts, { metrics, statements, openStatements, forwarder })
  const revocations = createRevocations({ database: database.tables, clock, trail, texts: declared })
  const context: ApprovalContext = {
    revocations,
    config,
    database: database.tables,
    clock,
    trail,
    policy,
    credentials,
    judge: createStatementJudge({ analyzer, catalogue, clock }),
    texts: createSealedTexts(sealer, declared),
    signals: new ApprovalSignals(),
    attendance: new Attendance(),
  }
  context.signals.follow(() => {
    context.attendance.mayBeAttended = true
  })
  const openApprovals = watchOpenApprovals(context)
  metrics.followApprovals(openApprovals.current, clock)
  const signals = new SessionSignals()
  const sessions = createSessionService({
    config,
    database: database.tables,
    clock,
    credentials,
    policy,
    signals,
    trail,
    revocations,
    texts: declared,
    exclusive: database.exclusive,
    onEnd: async (step, session, kind) => {
      const ids = await endApprovalsOfSession(step, session, kind, clock())
      for (const id of ids) context.signals.tell(id)
    },
  })
  return {
    database,
    keys,
    policy,
    catalogue,
    metrics,
    statements,
    forwarder,
    context,
    openApprovals,
    openStatements,
    sessions,
    revocations,
    declared,
    refusedIdentities: createRefusedIdentities({ trail, database: database.tables }),
    signals,
  }
}
