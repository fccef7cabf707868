import { type Principal, SnowfenceError } from '@snowfence/core'
import type { RoleConfig } from '../config/broker-config.ts'

const serves = (entry: RoleConfig, principal: Pick<Principal, 'groups'>): boolean =>
  entry.groups.some((group) => principal.groups.includes(group))

/**
 * The Snowflake user and role of a principal: the first entry that names one of its groups, and the wanted role
 * when there is one.
 *
 * @throws SnowfenceError `ERR_SESSION_NO_ROLE`
 */
export const chooseRole = (
  roles: readonly RoleConfig[],
  principal: Pick<Principal, 'groups'>,
  wantedRole: string | undefined,
): RoleConfig => {
  const offered = roles.filter((entry) => serves(entry, principal))
  const chosen = offered.find((entry) => wantedRole === undefined || entry.role === wantedRole)
  if (chosen !== undefined) return chosen
  if (offered.length === 0) throw new SnowfenceError('ERR_SESSION_NO_ROLE')
  throw new SnowfenceError('ERR_SESSION_NO_ROLE', {
    message: 'the role that was asked for is not configured for this principal',
    hint: `leave the role out, or ask for ${offered.map(({ role }) => `\`${role}\``).join(' or ')}`,
  })
}

/** Whether a principal may still have the Snowflake user and role that a session of its was opened with. */
export const mayHold = (
  roles: readonly RoleConfig[],
  principal: Pick<Principal, 'groups'>,
  held: { readonly snowflakeUser: string; readonly role: string },
): boolean =>
  roles.some(
    (entry) => serves(entry, principal) && entry.user === held.snowflakeUser && entry.role === held.role,
  )

/** The entry under which a principal may be given an elevated role, for the Snowflake user of its session. */
export const findElevation = (
  roles: readonly RoleConfig[],
  principal: Pick<Principal, 'groups'>,
  snowflakeUser: string,
  elevatedRole: string,
): RoleConfig | undefined =>
  roles.find(
    (entry) =>
      serves(entry, principal) && entry.user === snowflakeUser && entry.elevatedRoles.includes(elevatedRole),
  )
