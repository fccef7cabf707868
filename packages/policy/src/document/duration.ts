import * as z from 'zod'

const seconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const

const DAY = seconds.d

/**
 * A span of time as a policy writes it: a whole number and a unit, `90s`, `15m`, `24h`, `7d`. Read as seconds.
 *
 * @param mostDays the longest that is kept.
 */
export const durationSchema = (mostDays: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,6}[smhd]$/, 'a duration is a whole number and a unit: 90s, 15m, 24h, 7d')
    .transform((text) => Number(text.slice(0, -1)) * seconds[text.at(-1) as keyof typeof seconds])
    .refine((length) => length <= mostDays * DAY, `the longest time here is ${mostDays}d`)
