import type { Finding } from '../document/policy-problem.ts'
import type { PolicyParts } from './policy-parts.ts'

/** What a document leaves unsaid: it works, in the strict way, and somebody should decide. */
export const checkDefaults = (parts: PolicyParts): Finding[] => [...unstated(parts), ...unused(parts)]

const unstated = ({ unclassified, resources, rules }: PolicyParts): Finding[] => {
  const reads = rules.some(({ value }) => value.effect === 'permit' && value.actions.includes('select'))
  const everyTableStates =
    resources.length > 0 && resources.every(({ value }) => value.unclassified !== undefined)
  if (unclassified !== undefined || everyTableStates || !reads) return []
  return [
    {
      severity: 'warning',
      code: 'unclassified-not-stated',
      message:
        'the policy does not state what happens to columns that nobody classified, so they are withheld',
      hint: 'write `unclassified: withhold`, `deny` or `allow`, and list columns that identify nobody as `clear`',
      path: [],
    },
  ]
}

const unused = ({ classes, resources, tags, patterns }: PolicyParts): Finding[] => {
  const used = new Set([
    ...resources.flatMap(({ value }) => Object.values(value.columns)),
    ...[...tags, ...patterns].map(({ value }) => value.class),
  ])
  return classes
    .filter(({ name }) => !used.has(name))
    .map(({ name, path }) => ({
      severity: 'warning',
      code: 'class-not-used',
      message: `no column is of the class \`${name}\``,
      hint: 'classify a column, or remove the class',
      path,
      atKey: true,
    }))
}
