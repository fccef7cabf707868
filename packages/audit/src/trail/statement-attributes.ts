import type { AnalyzedStatement, Decision, StatementIdentity, StatementSummary } from '@snowfence/core'
import type { AuditAttributeValues } from '../schema/audit-attributes.ts'
import { cutValue, formValue } from '../schema/bound-value.ts'

const unique = (items: readonly string[]): string[] => [...new Set(items)]

/** What every span of a statement says: who, for what, where. */
export const identityAttributes = (identity: StatementIdentity): AuditAttributeValues => {
  const { principal, agent, database, schema } = identity
  return {
    'db.system.name': 'snowflake',
    'db.namespace': database === null ? null : schema === null ? database : `${database}|${schema}`,
    'server.address': identity.host ?? `${identity.account}.snowflakecomputing.com`,
    'server.port': identity.port === 443 ? null : identity.port,
    'gen_ai.agent.id': agent.id,
    'gen_ai.agent.name': agent.name,
    'gen_ai.agent.version': agent.version,
    'gen_ai.conversation.id': agent.conversationId,
    'gen_ai.request.model': agent.model,
    'user.id': principal.subject,
    'snowfence.principal.issuer': principal.issuer,
    'snowfence.principal.groups': principal.groups,
    'snowfence.session.id': identity.sessionId,
    'snowfence.purpose': identity.purpose,
    'snowfence.account': identity.account,
    'snowfence.role': identity.role,
    'snowfence.warehouse': identity.warehouse,
    'snowfence.request.id': identity.requestId,
  }
}

const tablesOf = ({ reads, writes }: AnalyzedStatement): string[] =>
  unique([...reads, ...writes].map(({ table }) => table))

const columnsOf = ({ reads, writes }: AnalyzedStatement): string[] =>
  unique([
    ...reads.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`)),
    ...writes.flatMap(({ table, columns }) => columns.map(({ name }) => `${table}.${name}`)),
  ])

/** `DATABASE.SCHEMA.TABLE` without its database and schema; a dot inside quotes is part of a name. */
const shortName = (table: string): string => /(?:"(?:[^"]|"")*"|[^."]+)$/.exec(table)?.[0] ?? table

/** `SELECT PATIENTS ENCOUNTERS`: few different ones, free of values, on one line. */
const querySummary = (summary: StatementSummary): string => {
  if (summary.status === 'unsupported') return 'UNSUPPORTED'
  return [summary.kind.toUpperCase().replaceAll('-', ' '), ...tablesOf(summary).map(shortName)].join(' ')
}

/** The query span's name: the summary within the bounds of `db.query.summary`, since tables can have any name. */
export const spanNameOf = (summary: StatementSummary): string =>
  cutValue(formValue(querySummary(summary), 'name'), 'name')

const factAttributes = (summary: StatementSummary): AuditAttributeValues =>
  summary.status === 'unsupported'
    ? { 'snowfence.statement.kind': 'unsupported', 'snowfence.statement.refusal': summary.reason.code }
    : {
        'snowfence.statement.kind': summary.kind,
        'snowfence.statement.effects': summary.effects,
        'snowfence.tables': tablesOf(summary),
        'snowfence.tables.written': unique(summary.writes.map(({ table }) => table)),
        'snowfence.columns': columnsOf(summary),
      }

/** What the statement is, free of literals. */
export const summaryAttributes = (
  summary: StatementSummary,
  { bindTypes, bindRows }: Pick<StatementIdentity, 'bindTypes' | 'bindRows'>,
): AuditAttributeValues => ({
  'db.query.summary': querySummary(summary),
  'db.query.text': summary.text,
  'snowfence.statement.fingerprint': summary.fingerprint,
  'snowfence.statement.digest': summary.digest,
  'snowfence.binds.count': bindTypes.length,
  'snowfence.binds.types': bindTypes,
  'snowfence.binds.rows': bindRows,
  ...factAttributes(summary),
})

/**
 * The stages that a rule let the statement touch. A stage that nobody permitted is a name that a statement made up, and
 * could be anything.
 */
export const stageAttributes = (summary: StatementSummary, decision: Decision): AuditAttributeValues =>
  summary.status === 'analyzed' && decision.decision !== 'deny' ? { 'snowfence.stages': summary.stages } : {}

/** A result column by its sources. Never by its alias: a statement may write anything into an alias. */
const columnLabel = (sources: readonly string[], index: number): string =>
  sources.length === 0 ? `#${index + 1}` : sources.join('+')

/** What was decided, by which rules, with which masks. */
export const decisionAttributes = (decision: Decision): AuditAttributeValues => ({
  'snowfence.decision': decision.decision,
  'snowfence.decision.rules': decision.rules,
  'snowfence.decision.reasons': decision.reasons.map(({ code }) => code),
  'snowfence.decision.profile': decision.profile,
  'snowfence.policy.version': decision.policy.version,
  'snowfence.policy.digest': decision.policy.digest,
  'snowfence.limits.rows': decision.limits.rows,
  'snowfence.approval.rule': decision.approval?.rule,
  'snowfence.columns.classes': unique(decision.columns.flatMap(({ classes }) => classes)).sort(),
  'snowfence.columns.masked': decision.columns.flatMap(({ mask, sources }, index) =>
    mask === null ? [] : [`${columnLabel(sources, index)}=${mask.kind}`],
  ),
  'snowfence.columns.revealed': unique(
    decision.columns.flatMap(({ mask, sources, classes }) =>
      mask === null && classes.length > 0 ? sources : [],
    ),
  ),
})

/** The masks that were really applied, by the result's columns. */
export const appliedMasks = (
  decision: Decision | null,
  columns: readonly { readonly mask: string | null }[],
): readonly string[] =>
  columns.flatMap(({ mask }, index) =>
    mask === null ? [] : [`${columnLabel(decision?.columns[index]?.sources ?? [], index)}=${mask}`],
  )
