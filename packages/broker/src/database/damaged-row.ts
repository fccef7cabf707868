import { SnowfenceError } from '@snowfence/core'
import type { Tables } from './tables.ts'

/** Where a damaged value stands: for the log of the broker. */
export interface RowDamage {
  readonly table: keyof Tables
  readonly column: string
  /** Id of the row; of an answer to a request, the id of the request. */
  readonly id: string
}

class DamagedRow extends Error {
  readonly damage: RowDamage

  constructor(damage: RowDamage) {
    super(`\`${damage.column}\` of the row ${damage.id} in \`${damage.table}\` is damaged`)
    this.damage = damage
  }
}

/** The error of a row that cannot be read. Clients are told the code alone; where the damage is stands in its cause. */
export const damagedRow = (damage: RowDamage): SnowfenceError =>
  new SnowfenceError('ERR_BROKER_ROW_DAMAGED', { cause: new DamagedRow(damage) })

/** Null for an error of another kind. */
export const damageOf = (error: unknown): RowDamage | null =>
  error instanceof SnowfenceError && error.cause instanceof DamagedRow ? error.cause.damage : null

/** @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED` where reading fails. */
export const readStored = <T>(damage: RowDamage, read: () => T): T => {
  try {
    return read()
  } catch {
    throw damagedRow(damage)
  }
}
