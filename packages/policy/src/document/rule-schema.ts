import { effects, maskSchema } from '@snowfence/core'
import * as z from 'zod'
import { compileNamePattern } from '../naming/name-pattern.ts'
import { durationSchema } from './duration.ts'
import { timeWindowSchema } from './time-window-schema.ts'

const texts = z.array(z.string().min(1)).min(1)
const groups = z.strictObject({ groups: texts })

/** Whom a rule speaks of: every member that is written must fit, and one entry of its list is enough. */
const principalsSchema = z
  .strictObject({
    groups: texts.optional(),
    subjects: texts.optional(),
    issuers: texts.optional(),
    /** Verified claims by name. A claim that is a list fits when one of its items does. */
    claims: z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()])).min(1)).optional(),
    /** Agent ids, `*` for any run of characters. A program states its own: good for narrowing, never for trust. */
    agents: texts.optional(),
  })
  .refine(
    (value) => Object.keys(value).length > 0,
    'name at least one of groups, subjects, issuers, claims, agents',
  )

const agentFields = ['id', 'name', 'version', 'model', 'task', 'conversationId'] as const

/** Conditions on what the program says about itself. It is not verified: good for narrowing, never for trust. */
const whenSchema = z.strictObject({
  agent: z
    .strictObject({
      id: texts.optional(),
      name: texts.optional(),
      version: texts.optional(),
      model: texts.optional(),
      task: texts.optional(),
      conversationId: texts.optional(),
      /** Fields that the agent must have filled in. */
      stated: z.array(z.enum(agentFields)).min(1).optional(),
    })
    .refine((value) => Object.keys(value).length > 0, 'name at least one field of the agent'),
})

const resourceSchema = z
  .string()
  .refine(
    (text) => compileNamePattern(text) !== null,
    'a resource is `*`, `DB.*`, `DB.SCHEMA.*`, `DB.SCHEMA.TABLE`, `stage:…` or `function:…`',
  )

const instantSchema = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((text) => Date.parse(text))

const common = {
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'an id is letters, digits, dots, dashes and underscores'),
  description: z.string().optional(),
  principals: principalsSchema.optional(),
  actions: z.array(z.enum(effects)).min(1),
  resources: z.array(resourceSchema).min(1),
  purposes: texts.optional(),
  /** The rule holds inside any of these windows; always when absent. */
  times: z.array(timeWindowSchema).min(1).optional(),
  /** A date means its midnight in UTC. */
  validFrom: instantSchema.optional(),
  validUntil: instantSchema.optional(),
  when: whenSchema.optional(),
  /** The operator's own words for whoever is refused, or asked to wait, by this rule. */
  message: z.string().min(1).max(1000).optional(),
}

/**
 * The most data subjects that are counted: a connection keeps one digest of each in memory. A rule that needs more needs
 * no such limit.
 */
const MAX_SUBJECTS = 1_000_000
/** More people than any request is shown to. */
const MAX_QUORUM = 100
/** In days. A request waits, and an approval is valid, no longer; a review is due no later. */
const MAX_DEADLINE = 14
const MAX_VALIDITY = 7
const MAX_REVIEW = 90

const subjectCount = z
  .int()
  .positive()
  .max(MAX_SUBJECTS, `at most ${MAX_SUBJECTS} data subjects are counted; leave the limit out to allow more`)
const quorum = z.int().min(1).max(MAX_QUORUM, `a quorum is at most ${MAX_QUORUM} people`).default(1)
/** Snowflake: an identifier holds at most 255 characters. */
const roleName = z.string().min(1).max(255)

const limitsSchema = z.strictObject({
  rows: z.int().positive().optional(),
  statementsPerHour: z.int().positive().optional(),
  subjectsPerTask: subjectCount.optional(),
  subjectsPerDay: subjectCount.optional(),
  /** Only groups may be read. */
  aggregateOnly: z.literal(true).optional(),
  /** Implies `aggregateOnly`. */
  minimumGroupSize: z.int().min(2).optional(),
})

const approvalSchema = z.strictObject({
  approvers: groups,
  quorum,
  deadline: durationSchema(MAX_DEADLINE).default(900),
  validFor: durationSchema(MAX_VALIDITY).default(600),
  kind: z.enum(['one-time', 'time-boxed']).default('one-time'),
  role: roleName.optional(),
})

const breakGlassSchema = z.strictObject({
  reviewers: groups,
  quorum,
  /** By when the review must have happened. */
  reviewWithin: durationSchema(MAX_REVIEW).default(86_400),
  validFor: durationSchema(MAX_VALIDITY).default(600),
  kind: z.enum(['one-time', 'time-boxed']).default('one-time'),
  role: roleName.optional(),
})

const permitSchema = z
  .strictObject({
    ...common,
    effect: z.literal('permit'),
    /** Classes shown unmasked on the resources of this rule. */
    reveal: texts.optional(),
    /** Stricter masks than the classes' own, under this rule. */
    masks: z.record(z.string(), maskSchema).optional(),
    limits: limitsSchema.optional(),
    /** The least de-identification profile a result must meet. */
    profile: z.enum(['safe-harbor', 'limited-data-set']).optional(),
    approval: approvalSchema.optional(),
    breakGlass: breakGlassSchema.optional(),
  })
  .refine((rule) => rule.approval === undefined || rule.breakGlass === undefined, {
    path: ['breakGlass'],
    message: 'a rule has `approval` or `breakGlass`, not both',
  })

const forbidSchema = z.strictObject({ ...common, effect: z.literal('forbid') })

export const ruleSchema = z.discriminatedUnion('effect', [permitSchema, forbidSchema])

export type Rule = z.infer<typeof ruleSchema>
export type PermitRule = z.infer<typeof permitSchema>
export type ForbidRule = z.infer<typeof forbidSchema>
