import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import { startWatch, type Watch } from '../watch.ts'
import { createClockWatch } from './clock-watch.ts'
import type { Trail, TrailStep } from './trail.ts'

const PAUSE_MS = 1000

export interface FollowClockOptions {
  readonly trail: Trail
  readonly clock: Clock
  /** Milliseconds that pass whatever the clock is set to. */
  readonly monotonic: () => number
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>
  /** Called when the clock was set back, in the transaction that records it. */
  readonly onSetBack: (step: TrailStep, milliseconds: number) => Promise<void>
  /** Called when that is committed. */
  readonly afterSetBack: () => void
}

/** Records each change of the system's clock in the trail, and says so in the log. */
export const followClock = (options: FollowClockOptions): Watch => {
  const { trail, clock, monotonic, log, onSetBack, afterSetBack } = options
  const check = createClockWatch({
    clock,
    monotonic,
    continuedFrom: trail.continuedFrom,
    onChange: async (milliseconds) => {
      await trail.transact(async (step) => {
        if (milliseconds < 0) await onSetBack(step, -milliseconds)
        step.record({
          name: 'trail.clock_changed',
          sessionId: null,
          principal: null,
          attributes: { 'snowfence.clock.change.ms': milliseconds },
        })
      })
      if (milliseconds < 0) afterSetBack()
      log.warn({ milliseconds }, "the broker's clock was set; times of receipt do not run backwards")
    },
  })
  return startWatch(check, PAUSE_MS, () => log.error('a change of the clock could not be recorded'))
}
