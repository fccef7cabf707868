import { stageSecurable, tableSecurable } from '../access/access-control.ts'
import { displayName, displayObject, type ObjectName } from '../dictionary/identifier.ts'
import { insufficientPrivileges, objectNotFound, SnowflakeError } from '../snowflake-error.ts'
import { defaultFormat } from '../stage/file-format.ts'
import {
  namedStageKey,
  type Stage,
  type StageEntry,
  tableStageKey,
  temporaryStageKey,
  temporaryTableStageKey,
  userStageKey,
} from '../stage/stage.ts'
import type { StageLocation } from '../stage/stage-location.ts'
import type { Execution } from './execution.ts'

type Place = Pick<Execution, 'account' | 'session'>

export const stageNotFound = (name: string) =>
  new SnowflakeError(
    '002003',
    '02000',
    `SQL compilation error:\nStage '${name}' does not exist or not authorized.`,
  )

/** The session's own temporary stage of that name, or the one that all see. */
export const findNamedStage = ({ account, session }: Place, name: ObjectName): StageEntry | null =>
  session.temporaryStages.get(displayObject(name)) ?? account.stages.find(name)

const isVisible = ({ account, session }: Place, entry: StageEntry): boolean =>
  entry.temporary ||
  (account.canUseSchema(session.role, entry.database, entry.schema) &&
    account.access.hasAny(session.role, stageSecurable(entry)))

/**
 * The stage of a location, for reading or for writing its files.
 *
 * Snowflake: a named internal stage has READ and WRITE; everybody has a stage of their own, `@~`; the stage of a table
 * is its owner's.
 *
 * @throws SnowflakeError 002003 where it is missing or may not be seen, 003001 without the privilege
 */
export const requireStage = (
  place: Place,
  location: StageLocation,
  privilege: 'READ' | 'WRITE' | 'OWNERSHIP',
): Stage => {
  const { account, session } = place
  if (location.kind === 'user')
    return { key: userStageKey(session.user.name), shownPrefix: '', format: defaultFormat }
  const name = account.qualify(session, location.nameParts)
  return location.kind === 'table' ? tableStage(place, name) : namedStage(place, name, privilege)
}

const tableStage = ({ account, session }: Place, name: ObjectName): Stage => {
  const table = account.findTable(session, name)
  if (table?.kind !== 'table' || !account.access.isVisible(session.role, table))
    throw objectNotFound(displayObject(name))
  if (!account.access.has(session.role, 'OWNERSHIP', tableSecurable(table)))
    throw insufficientPrivileges('table', displayName(name.name))
  const key = table.temporary ? temporaryTableStageKey(session.id, name) : tableStageKey(name)
  return { key, shownPrefix: '', format: defaultFormat }
}

const namedStage = (place: Place, name: ObjectName, privilege: 'READ' | 'WRITE' | 'OWNERSHIP'): Stage => {
  const { account, session } = place
  const entry = findNamedStage(place, name)
  if (!entry || !isVisible(place, entry)) throw stageNotFound(displayObject(name))
  if (!entry.temporary && !account.access.has(session.role, privilege, stageSecurable(entry)))
    throw insufficientPrivileges('stage', displayName(name.name))
  return {
    key: entry.temporary ? temporaryStageKey(session.id, name) : namedStageKey(name),
    shownPrefix: `${name.name.toLowerCase()}/`,
    format: entry.format,
  }
}

/** The named stages that the session may know of. */
export const visibleStages = (place: Place): StageEntry[] =>
  [...place.account.stages.all(), ...place.session.temporaryStages.values()].filter((entry) =>
    isVisible(place, entry),
  )
