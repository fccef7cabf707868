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

/** Gives requests to a store in groups: those that come while one group is under way make up the next. */
export const createSealGroups = ({
  append,
}: Pick<RecordStore, 'append'>): ((request: SealRequest) => void) => {
  const waiting: SealRequest[] = []
  let isRunning = false

  const run = async (): Promise<void> => {
    isRunning = true
    while (waiting.length > 0) {
      const group = takeGroup(waiting)
      try {
        await append(group)
      } catch (error) {
        for (const { refuse } of group) refuse(error)
      }
    }
    isRunning = false
  }

  return (request) => {
    waiting.push(request)
    if (!isRunning) void run()
  }
}
