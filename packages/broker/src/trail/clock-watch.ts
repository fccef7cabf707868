import type { Clock } from '../clock.ts'

/** A clock that is slewed by NTP moves by less in the pause between two checks. */
const LEAST_CHANGE_MS = 1000

export interface ClockWatchOptions {
  readonly clock: Clock
  /** Milliseconds that pass whatever the clock is set to. */
  readonly monotonic: () => number
  /** The time of the last record of an earlier run: a clock behind it was set back. */
  readonly continuedFrom: Date | null
  /** Told by how many milliseconds the clock was set forward, or back when negative. What it throws is told again. */
  readonly onChange: (milliseconds: number) => Promise<void>
}

/** Notices that the system's clock was set. A machine that was suspended looks as if its clock was set forward. */
export const createClockWatch = (options: ClockWatchOptions): (() => Promise<void>) => {
  const { clock, monotonic, continuedFrom, onChange } = options
  const offsetNow = (): number => clock().getTime() - monotonic()
  let offset = Math.max(offsetNow(), (continuedFrom?.getTime() ?? Number.NEGATIVE_INFINITY) - monotonic())
  return async () => {
    const present = offsetNow()
    const change = Math.round(present - offset)
    if (Math.abs(change) >= LEAST_CHANGE_MS) await onChange(change)
    offset = present
  }
}
