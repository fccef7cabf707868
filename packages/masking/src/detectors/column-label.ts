/**
 * Words that say what a number is wherever they stand in the name of a column or a member. Words that need more
 * around them in prose (`patient`, `visit`, `order`) are left out: `PATIENT_ID` is a key in most schemas.
 */
const telling = new Set(
  (
    'mrn mrns ssn ssns itin ssan medicaid medicare hicn mbi subscriber beneficiary member policy insurance acct ' +
    'account iban dea passport license licence vin plate imei udi serial npi zip zipcode postal postcode phone ' +
    'phones telephone tel cell cellphone mobile fax pager dob birthdate birth'
  ).split(' '),
)
const tellingPairs: readonly (readonly [string, string])[] = [
  ['social', 'security'],
  ['medical', 'record'],
]

const wordsOf = (name: string): readonly string[] =>
  name
    .slice(0, 256)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]/)
    .filter(Boolean)

/** The words of a name as a label in front of its value, such as `patient mrn: `, or nothing where they tell nothing. */
export const labelOfName = (name: string): string => {
  const words = wordsOf(name)
  const isTelling =
    words.some((word) => telling.has(word)) ||
    tellingPairs.some(([first, second]) =>
      words.some((word, index) => word === first && words[index + 1] === second),
    )
  return isTelling ? `${words.join(' ')}: ` : ''
}

/** The label of the first name that tells something. */
export const labelOfNames = (names: readonly string[]): string => names.map(labelOfName).find(Boolean) ?? ''
