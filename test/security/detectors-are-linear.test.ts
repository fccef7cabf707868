import { createDetector } from '@snowfence/masking'
import { afterEach, describe, expect, it } from 'vitest'
import { generateNotes } from '../clinical-notes/generate-notes.ts'

/** Texts that make a careless reader start over again and again. */
const hostileUnits: Readonly<Record<string, string>> = {
  digits: '1',
  'digits and dashes': '1-',
  'digits and spaces': '1 ',
  'almost telephone numbers': '212-555-',
  'almost dates': '12/',
  'almost addresses': '1 A. B. C. D. ',
  'almost host names': 'a.',
  'almost mail addresses': 'a@',
  'at signs': '@',
  quotes: '"@',
  colons: ':',
  'hexadecimal groups': 'fe80:',
  schemes: 'http://',
  labels: 'MRN number is of the ',
  'medical records': 'medical record number no # : ',
  letters: 'a',
  capitals: 'A ',
  months: 'March ',
  'month and day': 'on 3/',
  'opening brackets': '((((',
  'hidden numbers': 'xxx-xx-',
  'invisible characters': '1\u200b',
  'wide digits': '１',
  'lone surrogates': '\ud800',
  names: 'Zanalin. Z. ',
  particles: 'de la ',
  'new lines': '1-\n',
}

interface Runs {
  readonly count: number
  /** The source of every expression that ran. */
  readonly sources: ReadonlySet<string>
}

const exec = RegExp.prototype.exec
afterEach(() => {
  RegExp.prototype.exec = exec
})

/** Which regular expressions ran, and how often all of them together. */
const observeRuns = (texts: readonly string[]): Runs => {
  let count = 0
  const sources = new Set<string>()
  RegExp.prototype.exec = function observed(this: RegExp, input: string) {
    count += 1
    sources.add(this.source)
    return exec.call(this, input)
  }
  try {
    const detect = createDetector({ freeText: true })
    for (const text of texts) detect(text, ['Zanalin de la Kelbeck'])
  } finally {
    RegExp.prototype.exec = exec
  }
  return { count, sources }
}

/** Whether an expression has `*`, `+` or `{n,}` outside of character classes. */
const hasOpenQuantifier = (source: string): boolean =>
  /[*+]|\{\d+,\}/.test(source.replace(/\\./g, 'e').replace(/\[[^\]]*\]/g, 'c'))

const repeatTo = (length: number, unit: string): string => unit.repeat(Math.ceil(length / unit.length))

describe('content detectors read a text in linear time', () => {
  it('because no expression they run has a quantifier without an upper bound', () => {
    expect(hasOpenQuantifier('a+')).toBe(true)
    expect(hasOpenQuantifier('[+*]\\+{1,3}')).toBe(false)
    const notes = generateNotes(200, 1).map(({ text }) => text)
    const { sources } = observeRuns([
      ...notes,
      ...Object.values(hostileUnits).map((unit) => repeatTo(500, unit)),
    ])
    expect(sources.size).toBeGreaterThan(60)
    expect([...sources].filter(hasOpenQuantifier)).toEqual([])
  })

  it.each(Object.entries(hostileUnits))(
    'and run no more than twice as often on twice the text: %s',
    (_name, unit) => {
      const text = repeatTo(20_000, unit)
      const once = observeRuns([text]).count
      expect(observeRuns([text + text]).count).toBeLessThanOrEqual(2 * once + 1_000)
      expect(once).toBeLessThanOrEqual(60 * text.length)
    },
  )

  it('so that a megabyte of all of them is read', () => {
    const each = Math.ceil(1_000_000 / Object.keys(hostileUnits).length)
    const text = Object.values(hostileUnits)
      .map((unit) => repeatTo(each, unit))
      .join('\n')
    expect(text.length).toBeGreaterThanOrEqual(1_000_000)
    const found = createDetector({ freeText: true })(text, ['Zanalin Kelbeck'])
    expect(found.every(({ start, end }) => start < end && end <= text.length)).toBe(true)
  })
})
