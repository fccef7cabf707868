import { CLEAR } from '../document/policy-document.ts'
import type { Finding } from '../document/policy-problem.ts'
import { normalizeName } from '../naming/qualified-name.ts'
import { nearest } from './nearest.ts'
import type { PolicyParts } from './policy-parts.ts'
import { each, keysAt, type Reference, textsAt } from './written-names.ts'

/** Every class, group and purpose that is named exists, and every rule has an id of its own. */
export const checkReferences = (parts: PolicyParts): Finding[] => [
  ...checkReserved(parts),
  ...unknown('unknown-class', 'class', new Set([...parts.classNames, CLEAR]), columnClasses(parts)),
  ...unknown('unknown-class', 'class', parts.classNames, ruleClasses(parts)),
  ...(parts.groups === null ? [] : unknown('unknown-group', 'group', new Set(parts.groups), groups(parts))),
  ...(parts.purposes === null
    ? []
    : unknown('unknown-purpose', 'purpose', new Set(parts.purposes), purposes(parts))),
  ...duplicates(parts),
  ...foldedTwice(parts),
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

const columnClasses = ({ written }: PolicyParts): Reference[] => [
  ...textsAt(written, ['resources', each, 'columns', each]),
  ...textsAt(written, ['tags', each, 'class']),
  ...textsAt(written, ['patterns', each, 'class']),
]

const ruleClasses = ({ written }: PolicyParts): Reference[] => [
  ...textsAt(written, ['rules', each, 'reveal', each]),
  ...keysAt(written, ['rules', each, 'masks']),
]

const groups = ({ written }: PolicyParts): Reference[] => [
  ...textsAt(written, ['rules', each, 'principals', 'groups', each]),
  ...textsAt(written, ['rules', each, 'approval', 'approvers', 'groups', each]),
  ...textsAt(written, ['rules', each, 'breakGlass', 'reviewers', 'groups', each]),
]

const purposes = ({ written }: PolicyParts): Reference[] =>
  textsAt(written, ['rules', each, 'purposes', each])

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

const duplicates = ({ written }: PolicyParts): Finding[] => {
  const ids = textsAt(written, ['rules', each, 'id'])
  return ids
    .filter(({ name }, index) => ids.findIndex((other) => other.name === name) < index)
    .map(({ name, path }) => ({
      severity: 'error',
      code: 'duplicate-rule',
      message: `another rule has the id \`${name}\``,
      hint: 'give each rule an id of its own: decisions and records name it',
      path,
    }))
}

/** Unquoted names fold to upper case, so `ssn` and `SSN` are one column with two classes. */
const foldedTwice = ({ resources }: PolicyParts): Finding[] =>
  resources.flatMap(({ value, path }) => {
    const names = Object.keys(value.columns)
    return names
      .filter(
        (name, index) => names.findIndex((other) => normalizeName(other) === normalizeName(name)) < index,
      )
      .map((name) => ({
        severity: 'error',
        code: 'duplicate-column',
        message: `\`${name}\` is listed before: names without quotes fold to upper case`,
        hint: 'list the column once, in double quotes if it is not upper case',
        path: [...path, 'columns', name],
        atKey: true,
      }))
  })
