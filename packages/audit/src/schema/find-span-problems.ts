import type { CanonicalSpan, CanonicalValue } from '../codec/canonical-span.ts'
import type { AttributeDefinition } from './attribute-definition.ts'
import { AUDIT_SCHEMA_VERSION, auditAttributes, MAX_LIST_ENTRIES } from './audit-attributes.ts'
import { isBoundValue, maxLengthOf } from './bound-value.ts'

const definitions: ReadonlyMap<string, AttributeDefinition> = new Map(Object.entries(auditAttributes))
const MAX_SPAN_NAME = 1000
const MAX_TRACE_STATE = 512

/** What a span says of the program that made it. */
const resourceAttributes: ReadonlySet<string> = new Set([
  'service.name',
  'service.version',
  'snowfence.producer',
])

const isCount = (value: CanonicalValue): boolean => Number.isSafeInteger(value) && (value as number) >= 0

const hasForm = (
  value: CanonicalValue,
  { type, form, values }: AttributeDefinition,
  version: number,
): boolean => {
  if (values !== undefined && !(typeof value === 'string' && Object.hasOwn(values, value))) return false
  switch (type) {
    case 'string':
      return typeof value === 'string' && isBoundValue(value, form, version)
    case 'string[]':
      return (
        Array.isArray(value) &&
        value.length <= MAX_LIST_ENTRIES &&
        value.every((item) => typeof item === 'string' && isBoundValue(item, form, version))
      )
    case 'int':
      return isCount(value)
    case 'boolean':
      return typeof value === 'boolean'
    default:
      return type satisfies never
  }
}

/** What an attribute that was cut says of the whole, by the last part of its name. */
const hasFormOfNote = (
  note: string,
  value: CanonicalValue,
  definition: AttributeDefinition,
  version: number,
) => {
  const isList = definition.type === 'string[]'
  const most = maxLengthOf(definition.form)
  if (note === 'overflow') return isList && isCount(value)
  if (version === 1) return false
  switch (note) {
    case 'shortened':
      return isList && most !== null && isCount(value)
    case 'length':
      return definition.type === 'string' && most !== null && isCount(value) && (value as number) > most
    case 'digest':
      return (isList || most !== null) && typeof value === 'string' && isBoundValue(value, 'digest', version)
    default:
      return false
  }
}

const findAttributeProblem = (
  name: string,
  value: CanonicalValue,
  attributes: CanonicalSpan['attributes'],
  version: number,
): string | null => {
  const note = definitions.has(name) ? null : name.slice(name.lastIndexOf('.') + 1)
  const base = note === null ? name : name.slice(0, -note.length - 1)
  const definition = definitions.get(base)
  // The name is not repeated: it could be a value that somebody put in its place.
  if (definition === undefined || !(base in attributes)) return 'an attribute is not in the schema'
  if (!definition.spans.some((span) => span === attributes['snowfence.span']))
    return `\`${base}\` does not belong on this kind of span`
  const isRight =
    note === null ? hasForm(value, definition, version) : hasFormOfNote(note, value, definition, version)
  return isRight ? null : `\`${base}\` does not have its form`
}

const isShortLine = (text: string, most: number): boolean => text.length <= most && !/\p{Cc}/u.test(text)

/**
 * What keeps a span that was sent by somebody from being a record of the trail: for whoever receives spans.
 *
 * Without it, a program with a session token of its own could post values under any name and have them sealed. Texts
 * may still lie: `db.query.text` has to be redacted again by who receives it, or compared with the analysis.
 *
 * @returns problems in words, free of the span's values; empty when the span has the form of the schema.
 */
export const findSpanProblems = (span: CanonicalSpan): string[] => {
  const { attributes, resource, scope } = span
  const version = attributes['snowfence.schema.version'] === 1 ? 1 : AUDIT_SCHEMA_VERSION
  const attributeProblems = Object.entries(attributes).map(([name, value]) =>
    findAttributeProblem(name, value, attributes, version),
  )
  const checks: readonly (readonly [boolean, string])[] = [
    [attributes['snowfence.schema.version'] === version, 'the version of the schema is not known'],
    [span.events.length === 0 && span.links.length === 0, 'it has events or links'],
    [Object.values(span.dropped).every((count) => count === 0), 'a part of it was left out by its producer'],
    [span.status.message === '', 'its status has a message'],
    [isShortLine(span.name, MAX_SPAN_NAME), 'its name is too long or has control characters'],
    [isShortLine(span.traceState, MAX_TRACE_STATE), 'its trace state is too long or has control characters'],
    [
      Object.entries(resource).every(
        ([name, value]) =>
          resourceAttributes.has(name) &&
          typeof value === 'string' &&
          isBoundValue(value, 'declared', version),
      ),
      'its resource has an attribute that is not known',
    ],
    [
      Object.keys(scope.attributes).length === 0 &&
        isBoundValue(`${scope.name} ${scope.version}`, 'declared', version),
      'its scope has attributes or a name that is too long',
    ],
  ]
  return [
    ...new Set([
      ...attributeProblems.filter((problem) => problem !== null),
      ...checks.flatMap(([holds, problem]) => (holds ? [] : [problem])),
    ]),
  ]
}
