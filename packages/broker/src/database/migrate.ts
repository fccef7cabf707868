import { SnowfenceError } from '@snowfence/core'
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { sessionsMigration } from './migrations/0001-sessions.ts'
import { trailMigration } from './migrations/0002-trail.ts'
import { approvalsMigration } from './migrations/0003-approvals.ts'
import { sealAtEdgeMigration } from './migrations/0004-seal-at-edge.ts'
import { idsOfSessionMigration } from './migrations/0005-ids-of-a-session.ts'
import { statementCountsMigration } from './migrations/0006-statement-counts.ts'
import { lockEdgeMigration } from './migrations/0007-lock-edge.ts'
import { changesMigration } from './migrations/0008-changes.ts'
import { peopleMigration } from './migrations/0010-people.ts'
import { attendanceMigration } from './migrations/0011-attendance.ts'
import { revocationsMigration } from './migrations/0012-revocations.ts'
import { declaredTextsMigration } from './migrations/0013-declared-texts.ts'
import { appendRecordsMigration } from './migrations/0014-append-records.ts'
import { replicasMigration } from './migrations/0015-replicas.ts'
import type { Tables } from './tables.ts'

const migrations = {
  '0001-sessions': sessionsMigration,
  '0002-trail': trailMigration,
  '0003-approvals': approvalsMigration,
  '0004-seal-at-edge': sealAtEdgeMigration,
  '0005-ids-of-a-session': idsOfSessionMigration,
  '0006-statement-counts': statementCountsMigration,
  '0007-lock-edge': lockEdgeMigration,
  '0008-changes': changesMigration,
  '0010-people': peopleMigration,
  '0011-attendance': attendanceMigration,
  '0012-revocations': revocationsMigration,
  '0013-declared-texts': declaredTextsMigration,
  '0014-append-records': appendRecordsMigration,
  '0015-replicas': replicasMigration,
}

/** How Kysely says that the database was migrated by a step that this version does not have. */
const UNKNOWN_STEP = /previously executed migration (\S+) is missing/

const newerSchema = (step: string): SnowfenceError =>
  new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
    message: `a newer version of the broker changed the database: this version does not know the step \`${step}\``,
    hint: 'start that version or a newer one; to go back, restore a backup that was made before the upgrade',
  })

/**
 * Brings the database to the present schema. Replicas that start together wait for each other.
 *
 * @throws SnowfenceError `ERR_BROKER_DATA_CORRUPT` when a newer version has changed it.
 */
export const migrate = async (database: Kysely<Tables>): Promise<void> => {
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  const missing = error instanceof Error ? UNKNOWN_STEP.exec(error.message)?.[1] : undefined
  if (missing !== undefined) throw newerSchema(missing)
  if (error !== undefined) throw error
}
