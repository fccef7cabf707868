import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { expect, it } from 'vitest'
import { sessionsMigration } from './migrations/0001-sessions.ts'
import { approvalsMigration } from './migrations/0003-approvals.ts'
import { declaredTextsMigration } from './migrations/0013-declared-texts.ts'

it('erases the texts that an earlier version stored in clear, and keeps the id of each agent', async () => {
  const database = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
  await sessionsMigration.up(database)
  await approvalsMigration.up(database)
  await sql`
    insert into sessions (id, token_hash, issuer, subject, groups, claims, purpose, agent, snowflake_user, role,
      created_at, expires_at, ended_at, end_kind, end_reason)
    values ('s', 'h', 'i', 'u', '[]', '{}', 'HOPERAT', '{"id": "bot", "task": "CANARY-TASK"}', 'U', 'R',
      now(), now(), now(), 'revoked', 'CANARY-REASON')
  `.execute(database)
  await sql`
    insert into approvals (id, state, session_id, requester_issuer, requester_subject, purpose, agent_id, agent_task,
      digest, policy_digest, scope_digest, requirement, text, reads, classified_columns, uses_left, created_at, deadline_at)
    values ('a', 'expired', 's', 'i', 'u', 'HOPERAT', 'bot', 'CANARY-TASK', 'd', 'd', 'd', '{}', 't', '[]', '[]', 1,
      now(), now())
  `.execute(database)
  await declaredTextsMigration.up(database)
  const { rows } = await sql<Record<string, unknown>>`
    select s.agent_id, s.sealed_agent, s.sealed_end_reason, a.sealed_agent_task, s::text || a::text as whole
    from sessions s join approvals a on a.session_id = s.id
  `.execute(database)
  expect(rows).toEqual([
    {
      agent_id: 'bot',
      sealed_agent: null,
      sealed_end_reason: null,
      sealed_agent_task: null,
      whole: expect.not.stringContaining('CANARY'),
    },
  ])
  await database.destroy()
})
