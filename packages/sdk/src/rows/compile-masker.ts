import { compileRowMasker, type RandomVault, type RowMasker } from '@snowfence/masking'
import type { ResultColumn } from './result-shape.ts'

/** What masks need beside the value: secrets and memory of the session, and the day. */
export interface MaskMaterial {
  readonly keys: { readonly session: Uint8Array; readonly policy: Uint8Array }
  readonly random: RandomVault
  readonly asOf: Date
}

/**
 * Compiles the masks of one result, once.
 *
 * @throws SnowfenceError ERR_MASK_UNKNOWN, ERR_MASK_MATERIAL_MISSING
 */
export const compileMasker = (columns: readonly ResultColumn[], material: MaskMaterial): RowMasker =>
  compileRowMasker({ columns, ...material })
