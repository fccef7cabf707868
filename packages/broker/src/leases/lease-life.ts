/** A lease lives its configured time, and never longer than its session. In whole seconds, at least one. */
export const leaseLifeSeconds = (leaseSeconds: number, sessionEnd: Date, now: Date): number =>
  Math.max(1, Math.min(leaseSeconds, Math.floor((sessionEnd.getTime() - now.getTime()) / 1000)))
