const syllables = [
  'ba',
  'de',
  'fi',
  'go',
  'hu',
  'ka',
  'le',
  'mi',
  'no',
  'pu',
  'ra',
  'se',
  'ti',
  'vo',
  'wu',
  'ze',
]

/**
 * Invented names that begin with letters no real name begins with, so that one of them anywhere can be searched for:
 * `Xy` a patient's first name, `Zq` a last name, `Qv` a provider, `Wx` a city.
 */
export const namePrefixes = { firstName: 'Xy', lastName: 'Zq', provider: 'Qv', city: 'Wx' } as const

/** The source of a pattern for the names that `inventName` makes, of three syllables or more. */
export const inventedNameSource = (prefix: string): string => `${prefix}(?:${syllables.join('|')}){3,}`

/** The invented name of a number: different numbers below 16^length give different names. */
export const inventName = (prefix: string, number: number, length: number): string => {
  let rest = number
  let name = prefix
  for (let index = 0; index < length; index++) {
    name += syllables[rest % syllables.length]
    rest = Math.floor(rest / syllables.length)
  }
  return name
}
