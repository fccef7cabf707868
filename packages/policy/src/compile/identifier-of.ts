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

/**
 * Which identifier a class holds: as it says, else by its name, else by its mask. A class that tells nothing is
 * taken for a direct identifier, the kind that the fewest masks satisfy.
 */
export const identifierOf = (
  name: string,
  definition: Pick<ClassDefinition, 'identifier' | 'mask'>,
): IdentifierKind =>
  definition.identifier ??
  identifierKinds.find((kind) => kind === name) ??
  byMask[definition.mask.kind] ??
  'name'
