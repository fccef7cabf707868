import * as z from 'zod'

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

const clockTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day is HH:MM, from 00:00 to 24:00')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))

const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Hours by the wall clock of a zone. `from` after `to` crosses midnight, and the day is the one it starts on. */
export const timeWindowSchema = z
  .strictObject({
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .default([...weekdays]),
    from: clockTime.default(0),
    to: clockTime.default(1440),
    zone: z
      .string()
      .refine(isTimeZone, 'a time zone is a name of the IANA database, such as America/New_York'),
  })
  .refine((window) => window.from !== window.to, {
    path: ['to'],
    message: 'a window that ends when it starts is empty; the whole day is from 00:00 to 24:00',
  })

export type TimeWindow = z.infer<typeof timeWindowSchema>
