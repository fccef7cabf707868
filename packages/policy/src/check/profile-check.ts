import { acceptsMask, identifierRules } from '@snowfence/core'
import { identifierOf } from '../compile/identifier-of.ts'
import type { ClassDefinition } from '../document/policy-document.ts'
import type { Finding } from '../document/policy-problem.ts'
import type { PolicyParts } from './policy-parts.ts'

/** Whether the class says under which mask the results of a function are shown. */
const namesFunction = (functions: ClassDefinition['functions'], name: string): boolean =>
  Array.isArray(functions) ? functions.includes(name) : Object.hasOwn(functions, name)

/** A policy that claims a profile must have masks that meet it, reveal nothing that breaks it, and leave nothing open. */
export const checkProfile = ({
  profile,
  classes,
  rules,
  resources,
  unclassified,
}: PolicyParts): Finding[] => {
  if (profile === undefined) return []
  const fails = (message: string, hint: string, path: readonly PropertyKey[]): Finding => ({
    severity: 'error',
    code: 'profile-not-met',
    message,
    hint,
    path,
  })
  const open = [
    ...(unclassified === 'allow' ? [['unclassified']] : []),
    ...resources.flatMap(({ value, path }) =>
      value.unclassified === 'allow' ? [[...path, 'unclassified']] : [],
    ),
  ]
  return [
    ...classes.flatMap(({ name, value, path }) => {
      const identifier = identifierOf(name, value)
      const accepted = identifierRules[identifier].accepted[profile]
      const hint = `use one of ${accepted === 'any' ? 'the masks' : accepted.join(', ')}, or correct the identifier`
      const masks = [
        { mask: value.mask, at: ['mask'] },
        ...(Array.isArray(value.functions)
          ? []
          : Object.entries(value.functions).map(([called, mask]) => ({ mask, at: ['functions', called] }))),
        ...value.forms.flatMap((form, index) =>
          namesFunction(value.functions, form) ? [] : { mask: null, at: ['forms', index] },
        ),
      ]
      return masks
        .filter(({ mask }) => !acceptsMask(profile, identifier, mask))
        .map(({ mask, at }) =>
          fails(
            `the mask \`${mask?.kind ?? 'clear'}\` of \`${name}\` does not meet ${profile} for ${identifier}`,
            hint,
            [...path, ...at],
          ),
        )
    }),
    ...rules.flatMap(({ value: rule, path }) =>
      rule.effect === 'forbid'
        ? []
        : (rule.reveal ?? []).flatMap((name, index) => {
            const revealed = classes.find((cls) => cls.name === name)
            if (revealed === undefined || acceptsMask(profile, identifierOf(name, revealed.value), null))
              return []
            return fails(
              `revealing \`${name}\` breaks the profile ${profile} of this policy`,
              'reveal it under a policy without the profile',
              [...path, 'reveal', index],
            )
          }),
    ),
    ...open.map((path) =>
      fails(
        `columns that nobody classified are shown, so ${profile} cannot be promised`,
        'withhold or deny them, and list as `clear` those that identify nobody',
        path,
      ),
    ),
  ]
}
