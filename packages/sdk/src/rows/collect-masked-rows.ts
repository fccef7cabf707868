import type { OpenedRows } from './row-flow.ts'
import type { DriverRow } from './row-shaper.ts'

/**
 * Drains a result into an array, masking each row as it arrives: no second array of unmasked rows ever exists.
 *
 * @throws the driver's error, or GovernedError ERR_MASK_FAILED
 */
export const collectMaskedRows = async (opened: OpenedRows): Promise<DriverRow[]> =>
  await new Promise((resolve, reject) => {
    const rows: DriverRow[] = []
    const flow = opened({
      row: (row) => {
        rows.push(row)
        return true
      },
      end: () => resolve(rows),
      fail: (error) => {
        flow.stop()
        reject(error)
      },
    })
    flow.more()
  })
