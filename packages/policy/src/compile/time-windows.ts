import { type TimeWindow, type Weekday, weekdays } from '../document/time-window-schema.ts'

interface WallClock {
  readonly day: number
  readonly minute: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

const formatFor = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(zone, format)
  return format
}

// Rules of one zone are asked about the same minute again and again. Zones differ from UTC by whole minutes.
const lastRead = new Map<string, { readonly minute: number; readonly clock: WallClock }>()

const readWallClock = (now: Date, zone: string): WallClock => {
  const minute = Math.floor(now.getTime() / 60_000)
  const last = lastRead.get(zone)
  if (last !== undefined && last.minute === minute) return last.clock
  const clock = computeWallClock(now, zone)
  lastRead.set(zone, { minute, clock })
  return clock
}

/** What a clock on the wall shows in a zone, daylight saving included. */
const computeWallClock = (now: Date, zone: string): WallClock => {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of formatFor(zone).formatToParts(now)) parts[type] = value
  const day = weekdays.indexOf((parts.weekday ?? '').slice(0, 3).toLowerCase() as Weekday)
  const minute = Number(parts.hour) * 60 + Number(parts.minute)
  if (day === -1 || Number.isNaN(minute)) throw new RangeError('the time of day could not be read')
  return { day, minute }
}

/** Whether the moment falls inside the window. The hour that a clock change repeats counts twice, the skipped one never. */
export const isInside = (window: TimeWindow, now: Date): boolean => {
  const { day, minute } = readWallClock(now, window.zone)
  const starts = (index: number) => window.days.includes(weekdays[(index + 7) % 7]!)
  if (window.from < window.to) return starts(day) && minute >= window.from && minute < window.to
  return (starts(day) && minute >= window.from) || (starts(day - 1) && minute < window.to)
}
