import { type Claim, claim, codeAt, isLetter, matchAt } from './scan.ts'

/** Words that are names too. In lower case they are taken for the word. */
const wordsToo = new Set(
  (
    'will may rose grace hope faith joy mark bill rob art drew chase hunter page long short young king price white ' +
    'black brown green gray grey day bush wood field stone hill lake rivers banks bell ball cook baker mason miller ' +
    'june april august dawn eve iris ivy lily violet heather ginger olive pearl ruby crystal amber misty sunny ' +
    'frank pat sue jack nick rich gene dean earl duke major church park parks fields woods waters power powers ' +
    'strong best love wise bright swift sharp small little good best noble case cash bond penny sky star summer ' +
    'winter autumn snow frost storm rain reed fox wolf bird fish lamb bear bishop pope abbott carter cooper ' +
    'walker parker porter tanner turner fisher gardener shepherd smith mills shields back head hand foot rush'
  ).split(' '),
)
const particles = new Set(
  'de la le du da di del der den van von el al bin ibn st mc mac jr sr ii iii iv dr mr mrs ms'.split(' '),
)

const ascii = /^[\x20-\x7e]{0,500}$/

const foldName = (text: string): string =>
  (ascii.test(text) ? text : text.normalize('NFKD').replace(/\p{M}/gu, '')).toLowerCase()

/** The parts of a person's names that a text is searched for. */
export interface NameParts {
  readonly parts: ReadonlySet<string>
  /** First letters of the parts, so that most words are told apart without being cut out. */
  readonly initials: ReadonlySet<number>
  readonly longest: number
}

const MOST_JOINED = 6
const SHORTEST_JOINED = 4

/** `zanalinkelbeck`, `zkelbeck`: how user names and file names are made of a name. */
const joinedParts = (parts: readonly string[]): readonly string[] =>
  parts
    .slice(0, MOST_JOINED)
    .flatMap((first, _index, most) =>
      most.flatMap((last) => (first === last ? [] : [first + last, first[0] + last, last + first[0]])),
    )
    .filter(({ length }) => length >= SHORTEST_JOINED)

export const namePartsOf = (names: readonly string[]): NameParts | null => {
  const parts = new Set<string>()
  for (const name of names) {
    if (typeof name !== 'string') continue
    for (const part of foldName(name.slice(0, 500)).split(/[^\p{L}]/u)) {
      if (part.length >= 2 && !particles.has(part)) parts.add(part)
    }
  }
  for (const joined of joinedParts([...parts])) parts.add(joined)
  if (parts.size === 0) return null
  return {
    parts,
    initials: new Set([...parts].map((part) => part.charCodeAt(0))),
    longest: Math.max(...[...parts].map(({ length }) => length)),
  }
}

/** Whether a word of this first letter and length can be a part. Letters beyond ASCII may lose an accent first. */
export const mayBeNamePart = (first: number, length: number, { initials, longest }: NameParts): boolean =>
  length > 1 && length <= 2 * longest && (first > 0x7f || initials.has(first | 0x20))

const LONGEST_SHORT_NAME = 3
const isCapitalised = (word: string): boolean => /^\p{Lu}/u.test(word)

/** Whether this word of the text is part of one of the names. */
export const isNamePart = (word: string, names: NameParts): boolean => {
  const folded = foldName(word)
  if (!names.parts.has(folded)) return false
  return isCapitalised(word) || !(folded.length <= LONGEST_SHORT_NAME || wordsToo.has(folded))
}

const between =
  /^(?:[\s,.'’-]{0,3}|[\s,.]{0,2}\p{Lu}\.?\s{1,2}|[\s,.'’-]{0,2}(?:(?:de|la|van|von|der|den|di|da|del|du|le|el|al)\s){1,2}|['’-]?\p{Lu}['’-])$/u
const before =
  /(?:(?:^|[\s(,:;"])\p{Lu}\.? ?(?:\p{Lu}['’])?|(?:^|\s)(?:(?:de|la|van|von|der|den|di|da|del|du|le|el|al) ){1,2}|(?:^|\s)\p{L}['’])$/u

/** Joins the parts of one name, and takes in the initials and particles that belong to it. */
export const joinNames = (text: string, claims: readonly Claim[]): readonly Claim[] => {
  const joined: Claim[] = []
  for (const next of claims) {
    const last = joined.at(-1)
    const gap = last && text.slice(last.end, Math.min(next.start, last.end + 16))
    if (
      last &&
      last.kind === 'name' &&
      next.kind === 'name' &&
      next.start - last.end < 16 &&
      between.test(gap!)
    ) {
      joined[joined.length - 1] = claim('name', last.start, next.end)
    } else joined.push(next)
  }
  return joined.map((place, index) => {
    if (place.kind !== 'name') return place
    const floor = Math.max(joined[index - 1]?.end ?? 0, place.start - 12)
    const lead = before.exec(text.slice(floor, place.start))
    const leadLength = lead ? lead[0].replace(/^[\s(,:;"]/, '').length : 0
    return claim('name', place.start - leadLength, place.end)
  })
}

const word = "\\p{Lu}[\\p{L}'’-]{0,24}"
const title = new RegExp(`\\.? {1,2}(?:${word}\\.? ){0,2}${word}`, 'uy')
const label = new RegExp(`(?: name)? ?[:=] {0,3}(${word}(?:[ ,]{1,2}${word}\\.?){0,3})`, 'uy')
const relative = new RegExp(`(?:,| is| named|:)? (${word})(?![\\p{L}])`, 'uy')

/** Words that names stand behind: titles, labels and relatives. */
const lead: Readonly<Record<string, 'title' | 'label' | 'relative'>> = {
  mr: 'title',
  mrs: 'title',
  ms: 'title',
  miss: 'title',
  mx: 'title',
  dr: 'title',
  prof: 'title',
  name: 'label',
  patient: 'label',
  guardian: 'label',
  caregiver: 'label',
  pt: 'label',
  contact: 'label',
  wife: 'relative',
  husband: 'relative',
  son: 'relative',
  daughter: 'relative',
  mother: 'relative',
  father: 'relative',
  brother: 'relative',
  sister: 'relative',
  partner: 'relative',
  spouse: 'relative',
}
export const nameLeadWords: readonly string[] = Object.keys(lead)

/** The name behind a title, a label or a relative. A guess: only prose is searched for it. */
export const findNameAfterWord = (text: string, wordInLowerCase: string, wordEnd: number): Claim | null => {
  switch (lead[wordInLowerCase]) {
    case 'title': {
      if (!matchAt(title, text, wordEnd)) return null
      const end = title.lastIndex
      const start = wordEnd + /^\.? {1,2}/.exec(text.slice(wordEnd, wordEnd + 3))![0].length
      return claim('name', start, end)
    }
    case 'label': {
      const match = matchAt(label, text, wordEnd)
      return match && claim('name', label.lastIndex - match[1]!.length, label.lastIndex)
    }
    case 'relative': {
      const match = matchAt(relative, text, wordEnd)
      return match && claim('name', relative.lastIndex - match[1]!.length, relative.lastIndex)
    }
    default:
      return null
  }
}

export const wordEndAt = (text: string, start: number): number => {
  let end = start
  while (isLetter(codeAt(text, end))) end += 1
  return end
}
