import { codeAt, isDigit } from './scan.ts'

/** What stands between two runs of digits. */
export type Gap = '-' | '.' | '/' | ' ' | ')' | ''

/** The runs of digits from a place on, with what stands between them: the shape that tells numbers apart. */
export interface NumberShape {
  readonly text: string
  /** What stands in front of the first digit: `+`, `(`, `+(` or nothing of these. */
  readonly isInternational: boolean
  readonly isParenthesised: boolean
  /** Where it starts, with `+` and `(`. */
  readonly start: number
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  /** `gaps[n]` stands between run n and run n + 1. */
  readonly gaps: readonly Gap[]
}

const MOST_RUNS = 8
/** Longer runs are numbers of some other kind. They are measured, not read. */
export const LONGEST_RUN = 40

const gapForms: readonly [Gap, RegExp][] = [
  [')', /[)\]] ?-? ?(?=\d)/y],
  ['-', /\s?-\s?(?=\d)|_(?=\d)/y],
  ['.', /\.(?=\d)/y],
  ['/', / ?[/\\] ?(?=\d)/y],
  [' ', /[ \t]{1,2}\(?(?=\d)/y],
]

/** Spaces and line breaks, `)`, `-`, `.`, `/`, `\\`, `]` and `_`: nothing else stands between the groups of a number. */
export const opensGap = (code: number): boolean =>
  code === 32 ||
  code === 41 ||
  (code >= 45 && code <= 47) ||
  code === 92 ||
  code === 93 ||
  code === 95 ||
  (code >= 9 && code <= 13)

const gapAt = (text: string, index: number): { gap: Gap; end: number } => {
  const code = codeAt(text, index)
  if (opensGap(code)) {
    for (const [gap, form] of gapForms) {
      form.lastIndex = index
      if (form.test(text)) return { gap, end: form.lastIndex }
    }
  }
  return { gap: '', end: index }
}

export const readShape = (text: string, first: number): NumberShape => {
  const starts: number[] = []
  const ends: number[] = []
  const gaps: Gap[] = []
  let index = first
  while (starts.length < MOST_RUNS) {
    starts.push(index)
    while (isDigit(codeAt(text, index))) index += 1
    ends.push(index)
    if (index - starts[starts.length - 1]! > LONGEST_RUN) break
    const { gap, end } = gapAt(text, index)
    if (gap === '') break
    gaps.push(gap)
    index = end
  }
  const isParenthesised = text[first - 1] === '('
  const plus = isParenthesised ? first - 2 : first - 1
  const isInternational = text[plus] === '+'
  return {
    text,
    isInternational,
    isParenthesised,
    start: isInternational ? plus : isParenthesised ? first - 1 : first,
    starts,
    ends,
    gaps,
  }
}

export const runLength = (shape: NumberShape, run: number): number =>
  run < shape.starts.length ? shape.ends[run]! - shape.starts[run]! : 0

export const runText = (shape: NumberShape, run: number): string =>
  shape.text.slice(shape.starts[run], shape.ends[run])

/** Whether the shape begins with runs of exactly these lengths. */
export const hasLengths = (shape: NumberShape, first: number, second = 0, third = 0): boolean =>
  runLength(shape, 0) === first &&
  (second === 0 || runLength(shape, 1) === second) &&
  (third === 0 || runLength(shape, 2) === third)

/** Whether the gaps after the first runs are all one of these. */
export const hasGaps = (shape: NumberShape, count: number, allowed: string): boolean => {
  for (let gap = 0; gap < count; gap += 1) {
    const found = shape.gaps[gap]
    if (found === undefined || found === '' || !allowed.includes(found)) return false
  }
  return true
}

/** Whether a number goes on behind a run at once: `3.14.2024.5`, but not `3.14.2024 - 5`. */
export const continuesAfter = (shape: NumberShape, run: number, gaps: string): boolean => {
  const gap = shape.gaps[run]
  return gap !== undefined && gaps.includes(gap) && shape.starts[run + 1] === shape.ends[run]! + 1
}
