import { createHash } from 'node:crypto'
import type { BrokerConfig } from '../config/broker-config.ts'

/** By the name of the setting. */
type Settings = Readonly<Record<string, string>>

/** What replicas of one database have in common. */
export interface SharedSettings {
  /**
   * Values that are the same at every replica at every moment: Snowflake verifies them in each lease, so the leases of a
   * replica with another one are refused.
   */
  readonly fixed: Settings
  /** Digests of settings that differ only while a change is rolled out: an agent meets one replica after the other. */
  readonly digests: Settings
}

const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url')

/** The settings of this broker, with the policy that is in force. */
export const sharedSettingsOf = (
  { issuers, groups, session, snowflake }: BrokerConfig,
  { publicUrl, policyDigest }: { readonly publicUrl: string; readonly policyDigest: string },
): SharedSettings => ({
  fixed: {
    publicUrl,
    'snowflake.account': snowflake.account,
    'snowflake.accountUrl': snowflake.accountUrl,
  },
  digests: {
    policy: policyDigest,
    issuers: digestOf(issuers),
    'snowflake.roles': digestOf(snowflake.roles),
    groups: digestOf(groups),
    session: digestOf(session),
  },
})

/** The names of the settings that are others there than here. A setting that only one of them has is none of them. */
export const differingNames = (here: Settings, there: Settings): string[] =>
  Object.keys(here).filter((name) => there[name] !== undefined && there[name] !== here[name])
