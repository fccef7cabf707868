import { parseOnce } from '@snowfence/core'
import type * as z from 'zod'
import {
  type ClassDefinition,
  classSchema,
  type PolicyDocument,
  policyDocumentSchema,
  type ResourceDefinition,
  resourceSchema,
} from '../document/policy-document.ts'
import { type Rule, ruleSchema } from '../document/rule-schema.ts'

export interface Placed<T> {
  readonly value: T
  readonly path: readonly PropertyKey[]
}

/** The parts of a document that can be read, each with its place, whatever the other parts look like. */
export interface PolicyParts {
  /** The document as it is written, of any shape. */
  readonly written: unknown
  /** Names of every class that is written, also of those whose definition cannot be read. */
  readonly classNames: ReadonlySet<string>
  readonly classes: readonly (Placed<ClassDefinition> & { readonly name: string })[]
  readonly resources: readonly Placed<ResourceDefinition>[]
  readonly rules: readonly Placed<Rule>[]
  readonly tags: readonly Placed<PolicyDocument['tags'][number]>[]
  readonly patterns: readonly Placed<PolicyDocument['patterns'][number]>[]
  readonly groups: readonly string[] | null
  readonly purposes: readonly string[] | null
  readonly profile: PolicyDocument['profile']
  readonly unclassified: PolicyDocument['unclassified']
}

export const readPolicyParts = (data: unknown): PolicyParts => {
  const shape = policyDocumentSchema.shape
  const root = isRecord(data) ? data : {}
  const classes = isRecord(root.classes) ? root.classes : {}
  return {
    written: data,
    classNames: new Set(Object.keys(classes)),
    classes: Object.entries(classes).flatMap(([name, raw]) =>
      salvage(classSchema, raw).map((value) => ({ name, value, path: ['classes', name] })),
    ),
    resources: readList(resourceSchema, root, 'resources'),
    rules: readList(ruleSchema, root, 'rules'),
    tags: readList(shape.tags.unwrap().element, root, 'tags'),
    patterns: readList(shape.patterns.unwrap().element, root, 'patterns'),
    groups: salvage(shape.groups, root.groups)[0] ?? null,
    purposes: salvage(shape.purposes, root.purposes)[0] ?? null,
    profile: salvage(shape.profile, root.profile)[0],
    unclassified: salvage(shape.unclassified, root.unclassified)[0],
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const readList = <S extends z.ZodType>(
  schema: S,
  root: Record<string, unknown>,
  key: string,
): Placed<z.output<S>>[] => {
  const items = root[key]
  if (!Array.isArray(items)) return []
  return items.flatMap((raw, index) => salvage(schema, raw).map((value) => ({ value, path: [key, index] })))
}

/** The value as the schema reads it, if need be without the fields that are wrong. Empty when nothing is left. */
const salvage = <S extends z.ZodType>(schema: S, raw: unknown): z.output<S>[] => {
  const first = schema.safeParse(raw, parseOnce)
  if (first.success) return [first.data]
  if (!isRecord(raw)) return []
  const wrong = new Set(
    first.error.issues.flatMap((issue) =>
      issue.path.length > 0 ? [issue.path[0]] : issue.code === 'unrecognized_keys' ? issue.keys : [],
    ),
  )
  const rest = Object.fromEntries(Object.entries(raw).filter(([key]) => !wrong.has(key)))
  const second = schema.safeParse(rest, parseOnce)
  return second.success ? [second.data] : []
}
