import * as z from 'zod'

/** Every answer of the broker that is not a success. */
export const brokerErrorSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
})
