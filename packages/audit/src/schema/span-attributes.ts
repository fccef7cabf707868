import type { Attributes } from '@opentelemetry/api'
import type { AttributeDefinition, AuditSpanKind } from './attribute-definition.ts'
import {
  AUDIT_SCHEMA_VERSION,
  type AuditAttributeValues,
  auditAttributes,
  MAX_LIST_ENTRIES,
} from './audit-attributes.ts'
import { boundValue } from './bound-value.ts'

const definitions: Readonly<Record<string, AttributeDefinition>> = auditAttributes

const addValue = (
  attributes: Attributes,
  name: string,
  value: unknown,
  definition: AttributeDefinition,
): void => {
  const { form } = definition
  switch (definition.type) {
    case 'string':
      attributes[name] = boundValue(String(value), form)
      return
    case 'string[]': {
      const list = value as readonly string[]
      if (list.length === 0) return
      attributes[name] = list.slice(0, MAX_LIST_ENTRIES).map((item) => boundValue(String(item), form))
      if (list.length > MAX_LIST_ENTRIES) attributes[`${name}.overflow`] = list.length - MAX_LIST_ENTRIES
      return
    }
    case 'int':
      if (Number.isSafeInteger(value)) attributes[name] = value as number
      return
    case 'boolean':
      attributes[name] = value === true
      return
    default: {
      definition.type satisfies never
    }
  }
}

/**
 * The attributes of one span, each in its form and within its bounds.
 *
 * @throws TypeError for an attribute that the schema does not have, or not on this kind of span: that is a fault of
 * the program, never of its input.
 */
export const spanAttributes = (kind: AuditSpanKind, values: AuditAttributeValues): Attributes => {
  const attributes: Attributes = {
    'snowfence.span': kind,
    'snowfence.schema.version': AUDIT_SCHEMA_VERSION,
  }
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined) continue
    const definition = definitions[name]
    if (definition === undefined || !definition.spans.includes(kind)) {
      throw new TypeError(`the attribute \`${name}\` does not belong on a \`${kind}\` span`)
    }
    addValue(attributes, name, value, definition)
  }
  return attributes
}
