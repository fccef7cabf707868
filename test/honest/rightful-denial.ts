import path from 'node:path'
import * as z from 'zod'
import { readLines } from './honest-statement.ts'

/** An honest statement that the policy rightly refuses, and what its refusal should tell. */
const rightfulDenialSchema = z.strictObject({
  id: z.string(),
  policy: z.string(),
  principal: z.string(),
  purpose: z.string(),
  sql: z.string(),
  note: z.string(),
  kind: z.enum([
    'filter',
    'join',
    'having',
    'set',
    'order',
    'group',
    'distinct',
    'window',
    'case',
    'temporary',
    'purpose',
    'group-size',
    'subject',
    'table',
  ]),
  /** A regular expression, in any case: the refusal names a useful form if its text matches. */
  names: z.string(),
  /** Statements that the policy permits and that serve the same end, best first. */
  useful: z.array(z.string()).min(1),
  /** By kind of remedy: the statement that comes of following it to the letter. */
  followed: z.record(z.string(), z.string()),
})
export type RightfulDenial = z.infer<typeof rightfulDenialSchema>

export const readRightfulDenials = (): RightfulDenial[] =>
  readLines(path.join(import.meta.dirname, 'denials.jsonl')).map((line) => rightfulDenialSchema.parse(line))
