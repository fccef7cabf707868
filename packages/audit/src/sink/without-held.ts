import type { Receipt } from '@snowfence/core'
import type { SealedRecord } from '../codec/audit-record.ts'

/** Splits records into those that a store adds, and the part of the receipt that says where it holds the others. */
export const withoutHeld = (
  records: readonly SealedRecord[],
  places: ReadonlyMap<string, number>,
): { readonly added: readonly SealedRecord[]; readonly held: Pick<Receipt, 'held'> } => {
  const held = records.flatMap(({ id }) => places.get(id) ?? [])
  return {
    added: records.filter(({ id }) => !places.has(id)),
    held: held.length === 0 ? {} : { held },
  }
}
