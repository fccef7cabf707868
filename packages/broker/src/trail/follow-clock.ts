import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import { startWatch, type Watch } from '../watch.ts'
import { createClockWatch } from './clock-watch.ts'
import type { Trail } from './trail.ts'

const PAUSE_MS = 1000

export interface FollowClockOptions {
  readonly trail: Trail
  readonly clock: Clock
  /** Milliseconds that pass whatever the clock is set to. */
  readonly monotonic: () => number
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>
}

/** Records each change of the system's clock in the trail, and says so in the log. */
export const followClock = ({ trail, clock, monotonic, log }: FollowClockOptions): Watch => {
  const check = createClockWatch({
    clock,
    monotonic,
    continuedFrom: trail.continuedFrom,
    onChange: async (milliseconds) => {
      await trail.transact(async ({ record }) => {
        record({
          name: 'trail.clock_changed',
          sessionId: null,
          principal: null,
          attributes: { 'snowfence.clock.change.ms': milliseconds },
        })
      })
      log.warn({ milliseconds }, "the broker's clock was set; times of receipt do not run backwards")
    },
  })
  return startWatch(check, PAUSE_MS, () => log.error('a change of the clock could not be recorded'))
}
