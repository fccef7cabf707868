/** One name under which a token speaks of a person: its own subject, or an actor that it names. */
export interface PersonIdentity {
  readonly issuer: string
  readonly subject: string
  /** The issuer's claim that names the person, folded by `foldPersonName`; null where the issuer has no such claim. */
  readonly person: string | null
}

/**
 * A name of a person as it is compared: compatibility forms, letter case, joiners and surrounding white space make no
 * difference. Two people whose names differ only in these count as one, so the comparison errs on the safe side.
 */
export const foldPersonName = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .trim()

const namesOf = ({ subject, person }: PersonIdentity): string[] =>
  person === null ? [foldPersonName(subject)] : [foldPersonName(subject), person]

const isSameIdentity = (left: PersonIdentity, right: PersonIdentity): boolean => {
  if (left.issuer === right.issuer && foldPersonName(left.subject) === foldPersonName(right.subject))
    return true
  if (left.person !== null && right.person !== null) return left.person === right.person
  // One of the issuers does not say who the person is: a name that both use may be one person's.
  const names = namesOf(left)
  return namesOf(right).some((name) => names.includes(name))
}

/** Whether two tokens can be one person's. Each is given by all its identities, and one in common is enough. */
export const isSamePerson = (left: readonly PersonIdentity[], right: readonly PersonIdentity[]): boolean =>
  left.some((one) => right.some((other) => isSameIdentity(one, other)))

/** How many different people gave these answers, each given by the identities of its token. A quorum counts people. */
export const countPeople = (answers: readonly (readonly PersonIdentity[])[]): number => {
  let people: (readonly PersonIdentity[])[] = []
  for (const answer of answers) {
    const same = people.filter((person) => isSamePerson(person, answer))
    people = [...people.filter((person) => !same.includes(person)), [...same.flat(), ...answer]]
  }
  return people.length
}
