import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compileMasker } from './compile-masker.ts'

it('partial never shows more than asked, nor as much as it hides, nor how much it hides', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.nat({ max: 12 }),
      fc.nat({ max: 12 }),
      (value, keepFirst, keepLast) => {
        const shown = compileMasker({ kind: 'partial', keepFirst, keepLast }, 'text').maskCell(
          0,
          value,
        ) as string
        const characters = [...value]
        // The stars may be in the value too, so every place where they can stand is tried.
        const isAsAsked = [...shown.matchAll(/(?=\*\*\*)/g)].some(({ index }) => {
          const first = shown.slice(0, index)
          const last = shown.slice(index + 3)
          const isWithin = first.length <= keepFirst && last.length <= keepLast
          const isFromValue = value.startsWith(first) && value.endsWith(last)
          const isLessThanHidden = first.length + last.length <= value.length - first.length - last.length
          return isWithin && isFromValue && isLessThanHidden
        })
        expect(isAsAsked).toBe(true)
        expect(shown.length).toBeLessThanOrEqual(keepFirst + keepLast + 3)
        expect([...shown].filter((character) => /^[\ud800-\udfff]$/.test(character))).toHaveLength(0)
        expect(characters.length).toBeLessThanOrEqual(value.length)
      },
    ),
    { numRuns: 500 },
  )
})
