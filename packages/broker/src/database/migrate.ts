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
}

/** Brings the database to the present schema. Replicas that start together wait for each other. */
export const migrate = async (database: Kysely<Tables>): Promise<void> => {
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
