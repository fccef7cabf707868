import { type Claim, claim, matchAt } from './scan.ts'

const behind = /(9\d|1[0-4]\d)(?:[- ]?(?:year|yr)s?[- ]?(?:old|of age)?|[- ]?y\.?[/-]?o\b\.?)/iy
const before = /[\s:]{1,3}(?:of |is |was )?(9\d|1[0-4]\d)(?![\d/.%]|-\d)/y

/** An age over 89 in front of the words that make it one: `92-year-old`, `94 y/o`. */
export const findAge = (text: string, start: number): Claim | null => {
  const match = matchAt(behind, text, start)
  return match ? claim('age', start, start + match[1]!.length) : null
}

/** An age over 89 behind `age` or `aged`. */
export const findAgeAfterWord = (text: string, wordEnd: number): Claim | null => {
  const match = matchAt(before, text, wordEnd)
  return match ? claim('age', before.lastIndex - match[1]!.length, before.lastIndex) : null
}

const spoken =
  /(?:(?:one )?hundred(?:[- ](?:and[- ])?[a-z]{3,6})?|ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?)(?=[- ]years?[- ](?:old|of age))/iy

/** `ninety-two year old`. */
export const findSpokenAge = (text: string, start: number): Claim | null =>
  matchAt(spoken, text, start) ? claim('age', start, spoken.lastIndex) : null
