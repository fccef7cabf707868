import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'

const asked = {
  id: z.string(),
  policy: z.string(),
  principal: z.string(),
  purpose: z.string(),
  sql: z.string(),
  note: z.string(),
}

const hostileSchema = z.strictObject({
  ...asked,
  /** The kind of attack. */
  kind: z.string(),
  /** What the statement would tell its writer. */
  leaks: z.string(),
  /** `mask`: a gate may also let the statement run, if it masks or withholds the outputs that are named below. */
  expect: z.enum(['deny', 'mask']),
  /** Outputs that must be masked or withheld: a name, `#2` for the second output, `*` for every output. */
  mask: z.array(z.string()).default([]),
  /** Outputs of which nothing may be shown, not even a pseudonym. In the same form. */
  withhold: z.array(z.string()).default([]),
})
export type HostileStatement = z.infer<typeof hostileSchema>

const honestSchema = z.strictObject({
  ...asked,
  touches: z.boolean(),
  expect: z.enum(['allow', 'needs-approval']),
  introspection: z.boolean().default(false),
  shows: z.array(z.string()).default([]),
  hides: z.array(z.string()).default([]),
  readable: z.array(z.string()).default([]),
})

export interface HonestStatement {
  readonly id: string
  readonly policy: string
  readonly principal: string
  readonly purpose: string
  readonly sql: string
  readonly note: string
  /** `introspection`, `classified` where the statement reads a classified column, `unclassified` where it does not. */
  readonly kind: 'introspection' | 'classified' | 'unclassified'
  /** Outputs that must come back as they are. */
  readonly shows: readonly string[]
  /** Outputs that carry a classified value. */
  readonly hides: readonly string[]
}

export interface StatementSet {
  readonly hostile: readonly HostileStatement[]
  readonly honest: readonly HonestStatement[]
}

const readLines = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))

const readFolder = (folder: string): unknown[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .flatMap((name) => readLines(path.join(folder, name)))

/** Statements that wait for a person are left out: most gates have no approvals. */
const readHonest = (folder: string): HonestStatement[] =>
  readFolder(folder).flatMap((line) => {
    const { touches, expect, introspection, readable: _readable, ...statement } = honestSchema.parse(line)
    if (expect === 'needs-approval') return []
    return { ...statement, kind: introspection ? 'introspection' : touches ? 'classified' : 'unclassified' }
  })

export const readStatements = (): StatementSet => ({
  hostile: readFolder(path.join(import.meta.dirname, 'statements')).map((line) => hostileSchema.parse(line)),
  honest: readHonest(path.resolve(import.meta.dirname, '../honest/corpus')),
})
