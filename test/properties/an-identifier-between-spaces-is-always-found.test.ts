import { createDetector } from '@snowfence/masking'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const identifiers: Readonly<Record<string, string>> = {
  ssn: '123-45-6789',
  phone: '(212) 555-0147',
  'phone with dashes': '212-555-0147',
  email: 'a.member@example.org',
  url: 'https://portal.example.com/r/17',
  ip: '203.0.113.7',
  date: '03/14/2024',
  'ISO date': '2024-03-14',
  mbi: '1EG4-TE5-MK73',
  card: '4111-1111-1111-1111',
}

/** Text made of what numbers, dates and addresses are made of, so that it runs into the identifier if anything does. */
const surroundings = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '1',
        '12',
        '555',
        '2024',
        '12345',
        '.',
        '-',
        '/',
        ':',
        '(',
        ')',
        '+',
        '@',
        '#',
        ',',
        'x',
        '\n',
      ),
      fc.constantFrom(
        'MRN',
        'on',
        'March',
        'Mr.',
        'www.',
        'http://',
        'CA',
        'St',
        'SSN',
        'call',
        'age',
        'VIN',
        '^^^',
      ),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .chain((parts) => fc.constantFrom(parts.join(''), parts.join(' ')))

const detectors = { prose: createDetector({ freeText: true }), column: createDetector() }

describe.each(Object.entries(identifiers))(
  'an identifier between spaces is always found: %s',
  (_kind, identifier) => {
    it.each(Object.entries(detectors))('in %s', (_where, detect) => {
      fc.assert(
        fc.property(surroundings, surroundings, (before, after) => {
          const text = `${before} ${identifier} ${after}`
          const start = before.length + 1
          const places = detect(text)
          for (let index = start; index < start + identifier.length; index += 1) {
            if (!/[A-Za-z0-9]/.test(text[index]!)) continue
            expect(places.some((place) => place.start <= index && index < place.end)).toBe(true)
          }
        }),
        { numRuns: 3_000 },
      )
    })
  },
)

it('detections are in order, do not overlap and lie within the text', () => {
  const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), surroundings)
  fc.assert(
    fc.property(anything, fc.array(fc.string(), { maxLength: 3 }), (text, names) => {
      let last = 0
      for (const { start, end } of detectors.prose(text, names)) {
        expect(start).toBeGreaterThanOrEqual(last)
        expect(end).toBeGreaterThan(start)
        expect(end).toBeLessThanOrEqual(text.length)
        last = end
      }
    }),
    { numRuns: 3_000 },
  )
})
