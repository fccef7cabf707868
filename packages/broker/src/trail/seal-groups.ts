import { isUnreachable } from '../database/unreachable.ts'
import { createGroups } from '../groups.ts'
import type { RecordStore, SealRequest } from './record-store.ts'

/** Records in one group, unless one request alone has more. */
const MAX_RECORDS = 1000

/** Takes the first of the waiting requests that make up a group. */
const takeGroup = (waiting: SealRequest[]): SealRequest[] => {
  let records = 0
  let requests = 0
  for (const { spans } of waiting) {
    records += spans
    if (requests > 0 && records > MAX_RECORDS) break
    requests += 1
  }
  return waiting.splice(0, requests)
}

/** Gives requests to a store in groups. */
export const createSealGroups = ({ append }: Pick<RecordStore, 'append'>): ((request: SealRequest) => void) =>
  createGroups({
    take: takeGroup,
    run: append,
    fail: ({ refuse }, error) => refuse(error),
    concernsAll: isUnreachable,
  })
