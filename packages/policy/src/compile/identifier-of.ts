import { type IdentifierKind, identifierKinds, type MaskKind } from '@snowfence/core'
import type { ClassDefinition } from '../document/policy-document.ts'

// Masks that make sense for one kind of identifier only, and so tell which it is.
const byMask: Partial<Record<MaskKind, IdentifierKind>> = {
  year: 'date',
  zip3: 'zip',
  age: 'age',
  'email-domain': 'email',
  scrub: 'free-text',
}

type Definition = Pick<ClassDefinition, 'identifier' | 'mask'>

/** Which identifier a class holds: as it says, else by its name, else by its mask. Null for one that tells nothing. */
export const statedIdentifierOf = (name: string, definition: Definition): IdentifierKind | null =>
  definition.identifier ??
  identifierKinds.find((kind) => kind === name) ??
  byMask[definition.mask.kind] ??
  null

/** The same, where a class that tells nothing is taken for the direct identifier that the fewest masks satisfy. */
export const identifierOf = (name: string, definition: Definition): IdentifierKind =>
  statedIdentifierOf(name, definition) ?? 'name'
