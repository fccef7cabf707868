import type { Choices } from './pseudo-random.ts'

/** The person a generated note is about. The names are made of syllables and belong to nobody. */
export interface Subject {
  readonly first: string
  readonly last: string
}

const openings = [
  'Bra',
  'Chel',
  'Dro',
  'Fen',
  'Gar',
  'Hol',
  'Kel',
  'Lo',
  'Mar',
  'Nor',
  'Pel',
  'Quin',
  'Sor',
  'Tav',
  'Vel',
  'Wex',
  'Zan',
]
const middles = ['a', 'be', 'di', 'e', 'li', 'mo', 'na', 'o', 'ri', 'sta', 'u', 've']
const firstEndings = ['dra', 'la', 'lin', 'mir', 'na', 'ric', 'sa', 'ton', 'wyn']
const lastEndings = [
  'beck',
  'crest',
  'dale',
  'ford',
  'grave',
  'holt',
  'man',
  'ner',
  'quist',
  'shaw',
  'son',
  'worth',
]

/** Names that are words as well: the text around them uses the words too. */
const wordNames: readonly Subject[] = [
  { first: 'Rose', last: 'Pageholt' },
  { first: 'Will', last: 'Strongman' },
  { first: 'May', last: 'Youngdale' },
  { first: 'Grace', last: 'Long' },
  { first: 'Mark', last: 'Black' },
  { first: 'Faith', last: 'Rivers' },
  { first: 'Bill', last: 'Cook' },
]

const unusual: readonly Subject[] = [
  { first: 'Zoë', last: 'Müllerquist' },
  { first: 'José', last: "O'Vandale" },
  { first: 'Anne-Fenna', last: 'Holt-Shaw' },
  { first: 'Renée', last: 'de la Norcrest' },
  { first: 'Åsa', last: 'Brandvik' },
  { first: 'Bo', last: 'Ng' },
]

export const createSubject = (choices: Choices): Subject => {
  if (choices.chance(0.08)) return choices.pick(wordNames)
  if (choices.chance(0.08)) return choices.pick(unusual)
  return {
    first: choices.pick(openings) + choices.pick(middles) + choices.pick(firstEndings),
    last: choices.pick(openings) + choices.pick(middles) + choices.pick(lastEndings),
  }
}

/** The ways a clinician writes the name of the person a note is about. */
export const writeName = ({ first, last }: Subject, choices: Choices): string => {
  const forms = [
    `${first} ${last}`,
    `${first} ${last}`,
    `Mr. ${last}`,
    `Ms. ${last}`,
    `Mrs ${last}`,
    `${last}, ${first}`,
    `${last.toUpperCase()}, ${first.toUpperCase()}`,
    `${first.toUpperCase()} ${last.toUpperCase()}`,
    first,
    last,
    `${first[0]}. ${last}`,
    `${first} ${choices.fill('A')}. ${last}`,
    `${first}’s`,
    `${last}'s`,
    `${first.toLowerCase()} ${last.toLowerCase()}`,
  ]
  // What no list of the person's names can find: initials, a nickname, a slip of the pen.
  if (choices.chance(0.03)) {
    return choices.pick([
      `${first[0]}.${last[0]}.`,
      `${first.slice(0, 3)}y`,
      last.slice(0, 2) + last.slice(3),
    ])
  }
  return choices.pick(forms)
}
