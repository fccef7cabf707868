import { z } from 'zod'

const seconds = z.number().positive()

export const localOptionsSchema = z.strictObject({
  /** The account name that log-ins must give. */
  account: z.string().min(1).default('acme-clinic'),
  /** 0 for any free port. */
  port: z.number().int().min(0).max(65_535).default(0),
  host: z.string().min(1).default('127.0.0.1'),
  /** The authorization server whose access tokens are accepted. Without it only passwords are. */
  oauth: z
    .strictObject({
      issuer: z.string().min(1),
      audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
      jwksUri: z.url(),
    })
    .optional(),
  /** Makes the sample data the same every time. */
  seed: z.number().int().nonnegative().default(1),
  /** How many patients the sample has; 0 leaves the database CLINIC empty. */
  patients: z.number().int().nonnegative().max(100_000).default(2000),
  administrator: z
    .strictObject({ username: z.string().min(1), password: z.string().min(1) })
    .default({ username: 'ADMIN', password: 'local-administrator' }),
  /** Where to keep the data. Without it everything is gone at the end. */
  dataDir: z.string().min(1).optional(),
  /** Rows for each part of a result; the first part is in the answer itself. */
  chunkRows: z.number().int().positive().default(5000),
  /** A statement that takes longer is answered as in progress, and then polled. */
  inProgressAfterMs: z.number().int().nonnegative().default(5000),
  /** How long a poll is held while its statement runs. */
  pollHoldMs: z.number().int().positive().default(20_000),
  /** How much memory the engine takes, in megabytes; a statement that needs more fails. */
  engineMegabytes: z.number().int().min(64).default(1024),
  /** How large a result may be, in megabytes; a larger one fails. Old results are let go beyond twice as much. */
  resultMegabytes: z.number().int().min(1).default(256),
  /** How long a statement may run, whatever its session allows. */
  statementSeconds: seconds.default(300),
  sessionSeconds: seconds.default(3600),
  masterSeconds: seconds.default(14_400),
})

export type LocalOptions = z.input<typeof localOptionsSchema>
export type LocalSettings = z.output<typeof localOptionsSchema>
