import { readFileSync } from 'node:fs'
import { createDetector, type Detector } from '@snowfence/masking'
import { describe, expect, it } from 'vitest'

/** A text that is one identifier or holds one, and what is left of it; unchanged where the detectors miss it. */
interface WrittenForm {
  readonly kind: string
  readonly text: string
  readonly prose: string
  readonly column: string
}

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const forms: readonly WrittenForm[] = read('written-forms.jsonl')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
const cleanValues: readonly string[] = JSON.parse(read('clean-values.json'))

const prose = createDetector({ freeText: true })
const column = createDetector({ columnNames: ['VALUE'] })

const scrub = (text: string, detect: Detector): string =>
  detect(text).reduceRight(
    (rest, { kind, start, end }) => `${rest.slice(0, start)}[${kind}]${rest.slice(end)}`,
    text,
  )

describe('unusual ways to write an identifier', () => {
  it.each(forms)('$kind: $text', ({ text, prose: inProse, column: inColumn }) => {
    expect(scrub(text, prose)).toBe(inProse)
    expect(scrub(text, column)).toBe(inColumn)
  })

  it('are found six times in seven, and the others are on the list', () => {
    const missed = forms.filter(({ text, prose: inProse }) => inProse === text)
    expect(missed.length / forms.length).toBeLessThan(1 / 7)
  })
})

describe('values that look like identifiers and are none', () => {
  it.each(cleanValues)('%s', (value) => {
    expect(prose(value)).toEqual([])
    expect(column(value)).toEqual([])
  })
})
