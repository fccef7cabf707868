import { CLEAR } from '../document/policy-document.ts'
import type { Finding } from '../document/policy-problem.ts'
import type { Rule } from '../document/rule-schema.ts'
import { nearest } from './nearest.ts'
import type { Placed, PolicyParts } from './policy-parts.ts'

interface Reference {
  readonly name: string
  readonly path: readonly PropertyKey[]
  readonly atKey?: boolean
}

/** Every class, group and purpose that is named exists, and every rule has an id of its own. */
export const checkReferences = (parts: PolicyParts): Finding[] => [
  ...checkReserved(parts),
  ...unknown('unknown-class', 'class', new Set([...parts.classNames, CLEAR]), columnClasses(parts)),
  ...unknown('unknown-class', 'class', parts.classNames, ruleClasses(parts)),
  ...(parts.groups === null ? [] : unknown('unknown-group', 'group', new Set(parts.groups), groups(parts))),
  ...(parts.purposes === null
    ? []
    : unknown('unknown-purpose', 'purpose', new Set(parts.purposes), purposes(parts))),
  ...duplicates(parts.rules),
]

const checkReserved = ({ classNames }: PolicyParts): Finding[] =>
  classNames.has(CLEAR)
    ? [
        {
          severity: 'error',
          code: 'wrong-form',
          message: `\`${CLEAR}\` is the built-in class of columns that identify nobody and cannot be defined`,
          hint: 'choose another name for the class',
          path: ['classes', CLEAR],
          atKey: true,
        },
      ]
    : []

const columnClasses = ({ resources, tags, patterns }: PolicyParts): Reference[] => [
  ...resources.flatMap(({ value, path }) =>
    Object.entries(value.columns).map(([column, name]) => ({ name, path: [...path, 'columns', column] })),
  ),
  ...[...tags, ...patterns].map(({ value, path }) => ({ name: value.class, path: [...path, 'class'] })),
]

const ruleClasses = ({ rules }: PolicyParts): Reference[] =>
  rules.flatMap(({ value: rule, path }) =>
    rule.effect === 'forbid'
      ? []
      : [
          ...listed(rule.reveal, [...path, 'reveal']),
          ...Object.keys(rule.masks ?? {}).map((name) => ({
            name,
            path: [...path, 'masks', name],
            atKey: true,
          })),
        ],
  )

const groups = ({ rules }: PolicyParts): Reference[] =>
  rules.flatMap(({ value: rule, path }) => [
    ...listed(rule.principals?.groups, [...path, 'principals', 'groups']),
    ...(rule.effect === 'forbid'
      ? []
      : [
          ...listed(rule.approval?.approvers.groups, [...path, 'approval', 'approvers', 'groups']),
          ...listed(rule.breakGlass?.reviewers.groups, [...path, 'breakGlass', 'reviewers', 'groups']),
        ]),
  ])

const purposes = ({ rules }: PolicyParts): Reference[] =>
  rules.flatMap(({ value: rule, path }) => listed(rule.purposes, [...path, 'purposes']))

const listed = (names: readonly string[] | undefined, path: readonly PropertyKey[]): Reference[] =>
  (names ?? []).map((name, index) => ({ name, path: [...path, index] }))

const unknown = (
  code: Finding['code'],
  noun: string,
  known: ReadonlySet<string>,
  references: readonly Reference[],
): Finding[] =>
  references
    .filter(({ name }) => !known.has(name))
    .map(({ name, ...place }) => {
      const close = nearest(name, known)
      return {
        severity: 'error',
        code,
        message: `\`${name}\` is not a ${noun} of this policy`,
        hint: close === null ? `define the ${noun} or correct its name` : `did you mean \`${close}\`?`,
        ...place,
      }
    })

const duplicates = (rules: readonly Placed<Rule>[]): Finding[] =>
  rules
    .filter(({ value }, index) => rules.findIndex((other) => other.value.id === value.id) < index)
    .map(({ value, path }) => ({
      severity: 'error',
      code: 'duplicate-rule',
      message: `another rule has the id \`${value.id}\``,
      hint: 'give each rule an id of its own: decisions and records name it',
      path: [...path, 'id'],
    }))
