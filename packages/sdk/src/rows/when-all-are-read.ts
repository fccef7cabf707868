import type { OpenRows } from './prepare-rows.ts'

/**
 * Whether the number of rows of a result may be told. Where reading a row counts its data subject, it may when all rows
 * were read: before that it would tell of people who are not counted.
 */
export const whenAllAreRead = (
  openRows: OpenRows,
  isCounted: boolean,
): { readonly open: OpenRows; isTold(): boolean } => {
  let isTold = !isCounted
  const open: OpenRows = (range) => {
    const opened = openRows(range)
    if (isTold || range.end !== undefined) return opened
    return (sink) =>
      opened({
        row: (row) => sink.row(row),
        end: () => {
          isTold = true
          sink.end()
        },
        fail: (error) => sink.fail(error),
      })
  }
  return { open, isTold: () => isTold }
}
