import pg from 'pg'
import type { Change, ChangeListener, FollowChanges } from './change-feed.ts'
import { createConnectionOptions, endInTime } from './limited-pool.ts'
import { CHANGES_CHANNEL } from './migrations/0008-changes.ts'

/** Pause before a connection that was lost is opened again. */
const RECONNECT_MS = 250
/** How often the connection is tried, and how long the answer may take: a server that hangs tells nothing. */
const CHECK_MS = 2000

const parseChange = (payload: string | undefined): Change | null => {
  const [table, id] = payload?.split(' ') ?? []
  if ((table !== 'approvals' && table !== 'sessions') || id === undefined) return null
  return { table, id }
}

/** Follows the changes that PostgreSQL tells of, on a connection of its own that is opened again when it is lost. */
export const listenForChanges =
  (databaseUrl: string): FollowChanges =>
  (listener: ChangeListener) => {
    let isClosed = false
    let timer: NodeJS.Timeout | undefined
    let end: () => Promise<void> = async () => undefined

    const open = (): void => {
      const { options, sockets } = createConnectionOptions(databaseUrl)
      const client = new pg.Client(options)
      const cut = (): void => {
        for (const socket of sockets) socket.destroy()
      }
      // `end` follows each error, and a connection that could not be opened.
      client.on('error', () => undefined)
      client.once('end', () => {
        clearTimeout(timer)
        if (!isClosed) timer = setTimeout(open, RECONNECT_MS)
      })
      client.on('notification', ({ payload }) => {
        const change = parseChange(payload)
        if (change !== null) listener.onChange(change)
      })
      const check = (): void => {
        if (isClosed) return
        timer = setTimeout(() => {
          timer = setTimeout(cut, CHECK_MS)
          client.query('select 1').then(
            () => {
              clearTimeout(timer)
              check()
            },
            () => cut(),
          )
        }, CHECK_MS)
      }
      end = () => endInTime(client.end(), sockets)
      client
        .connect()
        .then(() => client.query(`listen ${CHANGES_CHANNEL}`))
        .then(() => {
          listener.onGap()
          check()
        })
        .catch(() => cut())
    }

    open()
    return async () => {
      isClosed = true
      clearTimeout(timer)
      await end()
    }
  }
