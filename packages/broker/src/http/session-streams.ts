/** The open event streams of each session: a new one too many ends the oldest, which its client may long have left. */
export interface SessionStreams {
  /** Takes up a stream by the function that ends it. Gives the function that forgets it. */
  add(sessionId: string, end: () => void): () => void
}

export const createSessionStreams = (most: number): SessionStreams => {
  const streams = new Map<string, Set<() => void>>()
  return {
    add(sessionId, end) {
      const open = streams.get(sessionId) ?? new Set()
      streams.set(sessionId, open.add(end))
      const [oldest] = open
      if (open.size > most) oldest?.()
      return () => {
        open.delete(end)
        if (open.size === 0 && streams.get(sessionId) === open) streams.delete(sessionId)
      }
    },
  }
}
