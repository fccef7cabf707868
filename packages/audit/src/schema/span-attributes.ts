import type { Attributes } from '@opentelemetry/api'
import { canonicalJson, digestOf } from '@snowfence/core'
import type { AttributeDefinition, AuditSpanKind } from './attribute-definition.ts'
import {
  AUDIT_SCHEMA_VERSION,
  type AuditAttributeValues,
  auditAttributes,
  MAX_LIST_ENTRIES,
} from './audit-attributes.ts'
import { cutValue, formValue } from './bound-value.ts'

const definitions: Readonly<Record<string, AttributeDefinition>> = auditAttributes

/** A text that is cut says how long the whole is, and gives its digest. */
const addText = (
  attributes: Attributes,
  name: string,
  value: unknown,
  { form }: AttributeDefinition,
): void => {
  const whole = formValue(String(value), form)
  const kept = cutValue(whole, form)
  attributes[name] = kept
  if (kept === whole) return
  attributes[`${name}.length`] = whole.length
  attributes[`${name}.digest`] = digestOf(whole)
}

/** A list that is cut says how many entries are missing and how many are cut, and gives the digest of the whole. */
const addList = (
  attributes: Attributes,
  name: string,
  values: readonly unknown[],
  { form }: AttributeDefinition,
): void => {
  if (values.length === 0) return
  const whole = values.map((value) => formValue(String(value), form))
  const kept = whole.slice(0, MAX_LIST_ENTRIES).map((entry) => cutValue(entry, form))
  const missing = whole.length - kept.length
  const shortened = kept.filter((entry, index) => entry !== whole[index]).length
  attributes[name] = kept
  if (missing > 0) attributes[`${name}.overflow`] = missing
  if (shortened > 0) attributes[`${name}.shortened`] = shortened
  if (missing + shortened > 0) attributes[`${name}.digest`] = digestOf(canonicalJson(whole))
}

const addValue = (
  attributes: Attributes,
  name: string,
  value: unknown,
  definition: AttributeDefinition,
): void => {
  switch (definition.type) {
    case 'string':
      addText(attributes, name, value, definition)
      return
    case 'string[]':
      addList(attributes, name, value as readonly unknown[], definition)
      return
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
