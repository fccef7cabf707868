import { identifierKinds, maskSchema, usePlaces } from '@snowfence/core'
import * as z from 'zod'
import { useReaches } from '../compile/use-reach.ts'
import { reasonCodes } from '../evaluate/reasons.ts'
import { compileNamePattern } from '../naming/name-pattern.ts'
import { splitName } from '../naming/qualified-name.ts'
import { ruleSchema } from './rule-schema.ts'

/** The class of a column that somebody looked at and found to identify nobody: shown and used as it is. */
export const CLEAR = 'clear'

const className = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/, 'a class name is a letter, then letters, digits, dots and dashes')
const functionName = z
  .string()
  .min(1)
  .transform((name) => name.toUpperCase())
const columnName = z
  .string()
  .refine(
    (text) => splitName(text)?.length === 1,
    'a column is one name, in double quotes if it is not upper case',
  )
const tablePattern = z.string().refine((text) => {
  const pattern = compileNamePattern(text)
  return pattern !== null && !pattern.everything && !/^(?:stage|function):/i.test(text)
}, 'a table is `DB.SCHEMA.TABLE`, `DB.SCHEMA.*` or `DB.*`')

/** Functions of stored values alone: a statement cannot change what they tell by an argument of its choice. */
export const formNames = ['YEAR', 'QUARTER', 'MONTH', 'DAYOFWEEK', 'HOUR', 'AGE', 'STAY'] as const

export const classSchema = z.strictObject({
  description: z.string().optional(),
  mask: maskSchema,
  /**
   * Places in a statement where a column of the class may steer the result. None by default. A place alone allows what
   * it is there for: `join` and `group` which values are equal, `order` and `window` which is larger, the others any
   * predicate. `{ filter: equality }` limits it, `{ join: any }` widens it.
   */
  uses: z
    .array(z.union([z.enum(usePlaces), z.partialRecord(z.enum(usePlaces), z.enum(useReaches))]))
    .default([]),
  /**
   * Functions whose results are not withheld: a list shows them under the class's mask, a map says the mask of each
   * function's result, or `clear`.
   */
  functions: z
    .union([
      z.array(functionName),
      z.record(functionName, z.union([z.literal(CLEAR).transform(() => null), maskSchema])),
    ])
    .default([]),
  /**
   * Functions whose results are known: they may steer the result in every place, and so may what is computed from them.
   * An output of one has the mask that `functions` gives it, and none where they do not name it.
   */
  forms: z.array(z.enum(formNames)).default([]),
  /** Which of the identifiers of 45 CFR 164.514(b)(2)(i) it is. */
  identifier: z.enum(identifierKinds).optional(),
})

export const unclassifiedTreatments = ['allow', 'withhold', 'deny'] as const
export type UnclassifiedTreatment = (typeof unclassifiedTreatments)[number]

export const resourceSchema = z.strictObject({
  table: tablePattern,
  description: z.string().optional(),
  /** The column that says whose data a row is; null states that a row is about nobody. */
  subject: columnName.nullable().optional(),
  columns: z.record(columnName, z.string()).default({}),
  unclassified: z.enum(unclassifiedTreatments).optional(),
})

/** What a policy says, in the shape its YAML has. */
export const policyDocumentSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().optional(),
  description: z.string().optional(),
  /** The operator's own name for this state of the policy, recorded with every decision. */
  revision: z.string().min(1).max(100).optional(),
  /** The profile that everything shown under this policy must meet. */
  profile: z.enum(['safe-harbor', 'limited-data-set']).optional(),
  /** Every group that rules may name. Unchecked when absent. */
  groups: z.array(z.string().min(1)).optional(),
  /** Every purpose that rules may name. Unchecked when absent. */
  purposes: z.array(z.string().min(1)).optional(),
  classes: z.record(className, classSchema).default({}),
  /** What happens to columns that no resource, tag or pattern classifies. */
  unclassified: z.enum(unclassifiedTreatments).optional(),
  /**
   * What happens where something is computed from a masked column by a function its class does not allow. `guarded`
   * withholds the result where the computation gives one for every value, and denies the statement where it fails for
   * some, whether or not anything reads the result. `deny` denies every such statement.
   */
  computed: z.enum(['guarded', 'deny']).default('guarded'),
  /** Classes by Snowflake tag, for columns that no resource lists. */
  tags: z
    .array(z.strictObject({ tag: z.string().min(1), value: z.string().optional(), class: z.string() }))
    .default([]),
  /** Classes by column name, for columns that no resource lists. */
  patterns: z
    .array(
      z.strictObject({
        column: z.string().min(1),
        tables: z.array(tablePattern).min(1).optional(),
        class: z.string(),
      }),
    )
    .default([]),
  resources: z.array(resourceSchema).default([]),
  rules: z.array(ruleSchema).default([]),
  /** The operator's own words for a reason, by its code. */
  messages: z.partialRecord(z.enum(reasonCodes), z.string().min(1).max(1000)).default({}),
})

export type PolicyDocument = z.infer<typeof policyDocumentSchema>
export type ClassDefinition = z.infer<typeof classSchema>
export type ResourceDefinition = z.infer<typeof resourceSchema>
