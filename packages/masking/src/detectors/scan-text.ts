import { findPostOfficeBox, findRuralRoute, findStreet } from './address.ts'
import { findAge, findAgeAfterWord, findSpokenAge } from './age.ts'
import { monthWords } from './calendar.ts'
import { findCard } from './card.ts'
import { dateWords, findDateAfterWord } from './dated-by-word.ts'
import type { DetectorKind } from './detection.ts'
import { findEmail, findEncodedEmail, findSpelledEmail, findSpokenEmail } from './email.ts'
import { findAroundColon, findHardwareAddress, findIpv4 } from './ip.ts'
import {
  findAssignedNumber,
  findDeviceIdentifier,
  findLabelledNumber,
  labelWords,
} from './labelled-number.ts'
import { findMbi } from './mbi.ts'
import { findDayFirst, findMonthFirst, findYearFirst } from './named-date.ts'
import {
  findNameAfterWord,
  isNamePart,
  joinNames,
  mayBeNamePart,
  type NameParts,
  nameLeadWords,
  wordEndAt,
} from './names.ts'
import { findNpi } from './npi.ts'
import { LONGEST_RUN, type NumberShape, opensGap, readShape, runLength } from './number-shape.ts'
import { findNumericDate } from './numeric-date.ts'
import { endOfOpaqueToken } from './opaque-token.ts'
import { findPhone } from './phone.ts'
import { type Claim, claim, codeAt, isDigit, isLetter, isWordAt } from './scan.ts'
import { findSpelledOutNumber } from './spelled-out-number.ts'
import { findHiddenSsn, findSsn } from './ssn.ts'
import { findAroundScheme, findHost } from './url.ts'
import { findVin } from './vehicle.ts'
import { findZip } from './zip.ts'

/** What a scan looks for. */
export interface ScanSettings {
  readonly isWanted: (kind: DetectorKind) => boolean
  /** Prose: guesses are made too. */
  readonly isFreeText: boolean
  /** Of the person the text is about; null when nobody is known. */
  readonly names: NameParts | null
}

const LONGEST_WORD = 24
const AT = 64
const COLON = 58
const OPEN = 40
const SLASH = 47
const DOT = 46
const DASH = 45
const SPACE = 32
const PERCENT = 37
const CARET = 94
/** `[`, `{` and `<`, which `(at)` is written with too. */
const otherOpeners: ReadonlySet<number> = new Set([91, 123, 60])
/** `*` and `#`, which stand for hidden digits. */
const hidingSigns: ReadonlySet<number> = new Set([42, 35])

type WordRule = (
  text: string,
  word: string,
  start: number,
  end: number,
  settings: ScanSettings,
) => readonly Claim[]

const one = (found: Claim | null): readonly Claim[] => (found ? [found] : [])

/** What is looked for at a word, by the word. The first rule that finds something wins. */
const wordRules: ReadonlyMap<string, readonly WordRule[]> = (() => {
  const rules = new Map<string, WordRule[]>()
  const add = (words: readonly string[], rule: WordRule) => {
    for (const word of words) rules.set(word, [...(rules.get(word) ?? []), rule])
  }
  add(monthWords, (text, _word, start) => one(findMonthFirst(text, start)))
  add(labelWords, (text, word, _start, end) => one(findLabelledNumber(text, word, end)))
  add(dateWords, (text, _word, _start, end) => findDateAfterWord(text, end))
  // Its rule needs to know what was found before, so it stands in `readWord`.
  add(['at'], () => [])
  add(['age', 'aged'], (text, _word, _start, end) => one(findAgeAfterWord(text, end)))
  add(['ninety', 'hundred'], (text, _word, start) => one(findSpokenAge(text, start)))
  add(['route', 'rr', 'rfd', 'rural'], (text, _word, start) => one(findRuralRoute(text, start)))
  add(['p', 'po', 'post'], (text, _word, start) => one(findPostOfficeBox(text, start)))
  add(['x', 'xx', 'xxx', 'xxxx', 'xxxxx', 'xxxxxx'], (text, _word, start) => one(findHiddenSsn(text, start)))
  add(nameLeadWords, (text, word, _start, end, { isFreeText }) =>
    isFreeText ? one(findNameAfterWord(text, word, end)) : [],
  )
  return rules
})()

/**
 * Whether any rule begins with a word of this first letter and length: most words of a text are neither cut out nor
 * looked up.
 */
const mayHaveRule: (code: number, length: number) => boolean = (() => {
  const lengthsByLetter = new Uint32Array(26)
  for (const word of wordRules.keys()) lengthsByLetter[word.charCodeAt(0) - 97]! |= 1 << word.length
  // Setting the sixth bit turns an upper-case letter into its lower-case form.
  return (code, length) => code <= 0x7f && (lengthsByLetter[(code | 0x20) - 97]! & (1 << length)) !== 0
})()

const LEAST_LONG_NUMBER = 8
const codeSystem = /(?:snomed|loinc|rxnorm|ndc|cpt|umls|icd|gtin|upc)\D{0,12}$/i

/** A long number that is none of the known identifiers is some other one: a code of a terminology excepted. */
const findLongNumber = (shape: NumberShape): Claim | null => {
  const length = runLength(shape, 0)
  const start = shape.starts[0]!
  if (length < LEAST_LONG_NUMBER || shape.text[start - 1] === '.') return null
  const isCode = codeSystem.test(shape.text.slice(Math.max(0, start - 24), start))
  return isCode ? null : claim('other-number', start, shape.ends[0]!)
}

/** What was found, where it is looked for. */
const only = ({ isWanted }: ScanSettings, found: Claim | null): Claim | null =>
  found !== null && isWanted(found.kind) ? found : null

/** What a run of digits may begin, the most telling form first. */
const findNumber = (text: string, start: number, settings: ScanSettings): Claim | null => {
  const isBehindLetter = isLetter(codeAt(text, start - 1))
  let end = start + 1
  while (isDigit(codeAt(text, end))) end += 1
  const length = end - start
  const next = codeAt(text, end)
  // `C123`: a code. Only numbers as long as an SSN or a telephone number are looked at behind a letter.
  if (isBehindLetter && length !== 3 && length < 9) return null
  // `250,` or `7)`: a short run that nothing is joined to.
  if (length <= 4 && !opensGap(next) && !isLetter(next)) return null
  const shape = readShape(text, start)
  if (length > LONGEST_RUN) return settings.isFreeText ? claim('other-number', start, shape.ends[0]!) : null
  if (isBehindLetter) return only(settings, findSsn(shape)) ?? only(settings, findPhone(shape))
  const isShort = length <= 2
  return (
    only(settings, findIpv4(shape)) ??
    only(settings, isShort ? findHardwareAddress(text, start) : null) ??
    only(settings, length === 1 ? findSpelledOutNumber(text, start) : null) ??
    only(settings, isShort ? findMbi(text, start) : null) ??
    only(settings, shape.isInternational ? findPhone(shape) : null) ??
    only(settings, findNumericDate(shape)) ??
    only(settings, length === 4 ? findYearFirst(text, start) : null) ??
    only(settings, isShort ? findDayFirst(text, start) : null) ??
    only(settings, findSsn(shape)) ??
    only(settings, findNpi(shape)) ??
    only(settings, findCard(shape)) ??
    only(settings, findPhone(shape)) ??
    only(settings, findZip(shape)) ??
    only(settings, findVin(text, start)) ??
    only(settings, length === 2 || length === 3 ? findAge(text, start) : null) ??
    only(
      settings,
      length <= 6 && (next === SPACE || next === DASH || isLetter(next)) ? findStreet(text, start) : null,
    ) ??
    only(settings, settings.isFreeText ? findLongNumber(shape) : null)
  )
}

/**
 * Reads a folded text once from left to right and claims what it recognises. Each rule looks a bounded distance
 * ahead and behind, so time grows with the length of the text and not faster.
 */
export const scanText = (text: string, settings: ScanSettings): readonly Claim[] => {
  const claims: Claim[] = []
  const hasUrls = settings.isWanted('url')
  const hasHosts = hasUrls && text.includes('.')
  let index = 0

  // A find that overlaps earlier ones takes them in: what was claimed stays claimed. The longest one names the kind.
  const add = (place: Claim): void => {
    let merged = place
    while (claims.length > 0 && claims.at(-1)!.end > merged.start) {
      const earlier = claims.pop()!
      const isLonger = merged.end - merged.start > earlier.end - earlier.start
      const kind = isLonger ? merged.kind : earlier.kind
      merged = claim(kind, Math.min(merged.start, earlier.start), Math.max(merged.end, earlier.end))
    }
    claims.push(merged)
  }

  /**
   * Claims what was found and tells whether that was anything. Reading goes on inside of a claim, because a label
   * can be followed by the first half of something longer: `MRN 1 (212) 555-0147`. Only addresses, which end at a
   * space, are passed at once.
   */
  const take = (found: readonly Claim[]): boolean => {
    let isTaken = false
    for (const place of found) {
      if (!settings.isWanted(place.kind) || place.end <= place.start) continue
      add(place)
      isTaken = true
      if (place.kind === 'url' || place.kind === 'email') index = Math.max(index, place.end)
    }
    return isTaken
  }

  /** Rules that look back stop at the last find, unless that find is a part of theirs. */
  const floor = () =>
    claims.length > 0 && claims.at(-1)!.end < index ? claims.at(-1)!.end : (claims.at(-2)?.end ?? 0)

  const readWord = (start: number): void => {
    const end = wordEndAt(text, start)
    index = end
    const isBehindWord = isWordAt(text, start - 1)
    if (end - start === 17 - countFollowing(text, end, 17 - (end - start)) && take(one(findVin(text, start))))
      return
    if (!isBehindWord) {
      if (end - start <= LONGEST_WORD && mayHaveRule(codeAt(text, start), end - start)) {
        const word = text.slice(start, end).toLowerCase()
        for (const rule of wordRules.get(word) ?? []) if (take(rule(text, word, start, end, settings))) return
        if (word === 'at' && take(one(findSpokenEmail(text, start, floor())))) return
      }
      if (end - start <= 2 && take(one(findHardwareAddress(text, start)))) return
      if (hasHosts && (isDotOrDash(codeAt(text, end)) || isDigit(codeAt(text, end)))) {
        if (take(one(findHost(text, start)))) return
      }
    }
    if (end - start > LONGEST_WORD) return
    const { names } = settings
    if (names === null || !mayBeNamePart(codeAt(text, start), end - start, names)) return
    if (isNamePart(text.slice(start, end), names)) take([claim('name', start, end)])
  }

  while (index < text.length) {
    const code = codeAt(text, index)
    if (isDigit(code) || isLetter(code)) {
      const tokenEnd = endOfOpaqueToken(text, index)
      if (tokenEnd > index) {
        index = tokenEnd
        continue
      }
    }
    if (isDigit(code)) {
      const start = index
      while (isDigit(codeAt(text, index))) index += 1
      if (!take(one(findNumber(text, start, settings))) && hasHosts && !isLetter(codeAt(text, start - 1))) {
        take(one(findHost(text, start)))
      }
    } else if (isLetter(code)) {
      readWord(index)
    } else {
      const at = index
      index += 1
      if (code === AT) take(one(findEmail(text, at, floor())))
      else if (code === COLON) {
        const isScheme = codeAt(text, at + 1) === SLASH && codeAt(text, at + 2) === SLASH
        if (!isScheme) take(one(findAroundColon(text, at, floor())))
        else if (hasUrls) take(one(findAroundScheme(text, at, floor())))
      } else if (code === OPEN)
        take(one(findDeviceIdentifier(text, at) ?? findSpelledEmail(text, at, floor())))
      else if (otherOpeners.has(code)) take(one(findSpelledEmail(text, at, floor())))
      else if (code === CARET) take(one(findAssignedNumber(text, at, floor())))
      else if (code === PERCENT) take(one(findEncodedEmail(text, at, floor())))
      else if (hidingSigns.has(code)) take(one(findHiddenSsn(text, at)))
    }
  }
  return settings.names === null ? claims : joinNames(text, claims)
}

const isDotOrDash = (code: number): boolean => code === DOT || code === DASH

const countFollowing = (text: string, from: number, most: number): number => {
  let count = 0
  while (count < most && isWordAt(text, from + count)) count += 1
  return count
}
