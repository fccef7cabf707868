import type { OpenedRows } from './masked-row-stream.ts'
import type { DriverRow } from './row-shaper.ts'

/**
 * Drains a result into an array, masking each row as it arrives: no second array of unmasked rows ever exists.
 *
 * @throws the driver's error, or GovernedError ERR_MASK_FAILED
 */
export const collectMaskedRows = async ({ source, shape }: OpenedRows): Promise<DriverRow[]> =>
  await new Promise((resolve, reject) => {
    const rows: DriverRow[] = []
    const fail = (error: unknown): void => {
      source.destroy()
      reject(error)
    }
    source.on('readable', () => {
      try {
        for (let row = source.read(); row !== null; row = source.read()) rows.push(shape(row))
      } catch (error) {
        fail(error)
      }
    })
    source.on('end', () => resolve(rows))
    source.on('error', fail)
  })
