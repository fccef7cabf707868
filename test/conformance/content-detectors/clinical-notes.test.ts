import { createDetector } from '@snowfence/masking'
import { beforeAll, describe, expect, it } from 'vitest'
import { generateCleanNotes, generateNotes, generateRecords } from '../../clinical-notes/generate-notes.ts'
import { type DetectorScore, scoreDetector } from '../../clinical-notes/score-detector.ts'

const NOTES = 1_200
const SEED = 20_261_123

/** The least share of known identifiers of a kind that must be found. */
const leastRecall: Readonly<Record<string, number>> = {
  ssn: 0.99,
  phone: 0.99,
  email: 0.99,
  url: 0.99,
  ip: 0.99,
  date: 0.99,
  mrn: 0.99,
  mbi: 0.99,
  npi: 0.99,
  card: 0.99,
  zip: 0.95,
  age: 0.95,
  'health-plan-number': 0.95,
  'account-number': 0.95,
  'licence-number': 0.95,
  vehicle: 0.95,
  device: 0.95,
  address: 0.95,
  name: 0.9,
}
const MOST_FALSE_POSITIVES_PER_THOUSAND_WORDS = 2

const asTable = (score: DetectorScore): string =>
  score.kinds
    .map(
      ({ kind, known, recall, detected, precision }) =>
        `${kind.padEnd(20)} ${String(known).padStart(5)} known  recall ${recall.toFixed(4)}  ` +
        `${String(detected).padStart(5)} detected  precision ${precision.toFixed(4)}`,
    )
    .join('\n')

describe('content detectors on generated clinical notes', () => {
  let prose: DetectorScore
  let column: DetectorScore

  beforeAll(() => {
    const notes = generateNotes(NOTES, SEED)
    const readProse = createDetector({ freeText: true })
    const readColumn = createDetector({ columnNames: ['COMMENT'] })
    prose = scoreDetector(notes, (text, names) => readProse(text, names))
    column = scoreDetector(notes, (text, names) => readColumn(text, names))
    console.log(
      `${NOTES} notes as prose\n${asTable(prose)}\n` +
        `false positives: ${prose.falsePositives} in ${prose.cleanWords} clean words = ` +
        `${prose.falsePositivesPerThousand.toFixed(2)} per 1,000\n\nthe same as an unclassified column\n${asTable(column)}`,
    )
  })

  it.each(Object.entries(leastRecall))(
    'find identifiers of the kind %s: at least %f of them',
    (kind, least) => {
      for (const score of [prose, column]) {
        const ofKind = score.kinds.find((each) => each.kind === kind)
        expect(ofKind?.known).toBeGreaterThan(50)
        expect(ofKind?.recall).toBeGreaterThanOrEqual(least)
      }
    },
  )

  it('make up at most two identifiers in a thousand clean words', () => {
    for (const score of [prose, column]) {
      expect(score.cleanWords).toBeGreaterThan(50_000)
      expect(score.falsePositivesPerThousand).toBeLessThanOrEqual(MOST_FALSE_POSITIVES_PER_THOUSAND_WORDS)
    }
  })

  it('find what the second set of notes holds, which was written after them', () => {
    const detect = createDetector({ freeText: true })
    const score = scoreDetector(generateRecords(NOTES, SEED), (text, names) => detect(text, names))
    console.log(
      `${NOTES} notes of the second set as prose\n${asTable(score)}\nfalse positives: ${score.falsePositives} in ` +
        `${score.cleanWords} clean words`,
    )
    for (const { kind, known, recall } of score.kinds) {
      if (known > 0) expect(recall, kind).toBeGreaterThanOrEqual(leastRecall[kind] ?? 0.95)
    }
    expect(score.falsePositivesPerThousand).toBeLessThanOrEqual(MOST_FALSE_POSITIVES_PER_THOUSAND_WORDS)
  })

  it('make up at most two identifiers in a thousand words of notes about nobody', () => {
    const detect = createDetector({ freeText: true })
    const notes = generateCleanNotes(300, SEED)
    const words = notes.reduce((sum, text) => sum + text.split(/\s+/).length, 0)
    const found = notes.reduce((sum, text) => sum + detect(text).length, 0)
    expect((found / words) * 1_000).toBeLessThanOrEqual(MOST_FALSE_POSITIVES_PER_THOUSAND_WORDS)
  })
})
