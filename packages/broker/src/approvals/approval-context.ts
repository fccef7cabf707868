import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { Tables } from '../database/tables.ts'
import type { CredentialIssuer } from '../leases/credential-issuer.ts'
import type { PolicyHolder } from '../policy/policy-holder.ts'
import type { Revocations } from '../sessions/revocations.ts'
import type { Trail } from '../trail/trail.ts'
import type { ApprovalSignals } from './approval-signals.ts'
import type { Attendance } from './attendance.ts'
import type { StatementJudge } from './judge-statement.ts'
import type { SealedTexts } from './sealed-texts.ts'

/** What the steps of an approval work with. */
export interface ApprovalContext {
  readonly config: Pick<BrokerConfig, 'snowflake' | 'session' | 'groups'>
  readonly database: Kysely<Tables>
  readonly clock: Clock
  readonly trail: Trail
  readonly policy: PolicyHolder
  readonly credentials: CredentialIssuer
  readonly revocations: Pick<Revocations, 'readIn'>
  readonly judge: StatementJudge
  readonly texts: SealedTexts
  readonly signals: ApprovalSignals
  readonly attendance: Attendance
}
