import { type Mask, maskSchema } from '@snowfence/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateNotes } from '../clinical-notes/generate-notes.ts'
import { compileMasker } from './compile-masker.ts'

const digits = (least: number, most: number) => fc.stringMatching(new RegExp(`^[0-9]{${least},${most}}$`))
const dates = fc.date({ min: new Date('1850-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })

const cases: readonly (readonly [Mask, string, fc.Arbitrary<unknown>])[] = [
  [maskSchema.parse('withhold'), 'text', fc.anything()],
  [maskSchema.parse('redact'), 'text', fc.anything()],
  [
    maskSchema.parse('year'),
    'text',
    fc.oneof(
      dates,
      dates.map((date) => date.toISOString().slice(0, 10)),
      fc.string(),
    ),
  ],
  [maskSchema.parse('age'), 'text', fc.oneof(fc.integer({ min: -5, max: 130 }), fc.double(), fc.string())],
  [maskSchema.parse('zip3'), 'text', fc.oneof(digits(3, 9), fc.string())],
  [
    { kind: 'bucket', size: 10 },
    'real',
    fc.oneof(fc.integer(), fc.double({ min: -1e12, max: 1e12, noNaN: true })),
  ],
  [{ kind: 'bucket', size: 0.25 }, 'real', fc.double({ min: -1e6, max: 1e6, noNaN: true })],
  [{ kind: 'round', digits: 2 }, 'real', fc.double({ min: -1e9, max: 1e9, noNaN: true })],
  [{ kind: 'round', digits: -3 }, 'real', fc.integer()],
  [maskSchema.parse('email-domain'), 'text', fc.oneof(fc.emailAddress(), fc.string())],
]

describe('a mask that generalises is idempotent: what it shows, it shows again', () => {
  it.each(cases)('%j on %s', (mask, type, values) => {
    const masker = compileMasker(mask, type)
    fc.assert(
      fc.property(values, (value) => {
        const shown = masker.maskCell(0, value)
        expect(masker.maskCell(0, shown)).toEqual(shown)
      }),
      { numRuns: 500 },
    )
  })

  it('scrub, on generated clinical notes', () => {
    const masker = compileMasker(maskSchema.parse('scrub'), 'text')
    for (const { text, subjectNames } of generateNotes(400, 7)) {
      const shown = masker.maskCell(0, text, subjectNames)
      expect(masker.maskCell(0, shown, subjectNames)).toBe(shown)
    }
  })
})
