import type { AuditSpanKind } from './attribute-definition.ts'
import { conventionAttributes } from './convention-attributes.ts'
import { snowfenceAttributes } from './snowfence-attributes.ts'

/**
 * Version of the attribute schema, recorded in every span.
 *
 * Version 2 gives the length and the digest of a text that is cut in attributes of their own; version 1 put them behind
 * the text. Spans of version 1 are still accepted, so that a broker can be upgraded before its agents.
 */
export const AUDIT_SCHEMA_VERSION = 2

/** A list longer than this is cut, and `<name>.overflow` says how many entries are missing. */
export const MAX_LIST_ENTRIES = 32

/** Every attribute that an audit span can carry. `docs/events.md` is made from this. */
export const auditAttributes = { ...conventionAttributes, ...snowfenceAttributes } as const

export type AuditAttributeName = keyof typeof auditAttributes

type ValueOf<Type> = Type extends 'string'
  ? string
  : Type extends 'string[]'
    ? readonly string[]
    : Type extends 'int'
      ? number
      : boolean

/** Values by attribute; `null`, `undefined` and an empty list leave an attribute out. */
export type AuditAttributeValues = {
  readonly [Name in AuditAttributeName]?: ValueOf<(typeof auditAttributes)[Name]['type']> | null | undefined
}

/** What each kind of span is for. */
export const auditSpanKinds: Readonly<Record<AuditSpanKind, string>> = {
  policy: 'A policy came into force at the broker.',
  trail: 'The broker noticed something about the trail itself: its clock, a head that was missing.',
  identity: 'The broker refused a token, or counted tokens that it refused.',
  session: 'A session began, ended or was revoked.',
  lease: 'A Snowflake credential was issued, renewed, refused or revoked.',
  authorize: 'A statement was judged. It ends, and is durable, before anything of the statement happens.',
  approval: 'A person was asked, and what came of it.',
  query:
    'A statement ended: how, with how many rows, under which masks. The parent of its authorize and approval spans.',
}
