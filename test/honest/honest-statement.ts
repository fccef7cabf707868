import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'

/** A statement that an analyst, an engineer or an agent of the clinic asks, and how the policy should answer it. */
const honestStatementSchema = z.strictObject({
  id: z.string(),
  /** A policy of `examples/policies`, without the ending. */
  policy: z.string(),
  /** A name of `principals.json`. */
  principal: z.string(),
  purpose: z.string(),
  sql: z.string(),
  note: z.string(),
  /** Whether the statement reads a classified column. */
  touches: z.boolean(),
  expect: z.enum(['allow', 'needs-approval']),
  /** Whether it asks which tables and columns there are. */
  introspection: z.boolean().default(false),
  /** Output columns without which the answer is of no use: they must come back unmasked. */
  shows: z.array(z.string()).default([]),
  /** Output columns that carry a classified value: they must come back masked. */
  hides: z.array(z.string()).default([]),
  /** Output columns that may be masked and must not be withheld. */
  readable: z.array(z.string()).default([]),
})
export type HonestStatement = z.infer<typeof honestStatementSchema>

/** One JSON document a line. */
export const readLines = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))

export const readHonestStatements = (): HonestStatement[] => {
  const folder = path.join(import.meta.dirname, 'corpus')
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => readLines(path.join(folder, name)))
    .map((line) => honestStatementSchema.parse(line))
}
