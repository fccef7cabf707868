import { describe, expect, it } from 'vitest'
import { createDetector } from './detect.ts'
import { detectorKinds } from './detection.ts'

const prose = createDetector({ freeText: true })
const column = createDetector()

const found = (text: string, names?: readonly string[], detect = prose) =>
  detect(text, names).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`)

describe('createDetector', () => {
  it('gives places in the text as it was written, in order and without overlaps', () => {
    const text = 'Ｃａｌｌ\u200b ２１２‑555‑0147 or mail a@example.org, seen 3/14/2024'
    const detections = prose(text)
    expect(found(text)).toEqual(['phone: ２１２‑555‑0147', 'email: a@example.org', 'date: 3/14/2024'])
    for (const [index, { start }] of detections.entries()) {
      if (index > 0) expect(start).toBeGreaterThanOrEqual(detections[index - 1]!.end)
    }
  })

  it('finds nothing in nothing', () => {
    for (const text of ['', ' ', '\u200b', '\ud800', '-', '()', '@', '://', '....', '::', '+']) {
      expect(prose(text)).toEqual([])
    }
  })

  it('looks only for the kinds it is asked for', () => {
    const detect = createDetector({ kinds: ['email'] })
    expect(found('a@example.org 123-45-6789', [], detect)).toEqual(['email: a@example.org'])
    expect(createDetector({ kinds: [] })('a@example.org')).toEqual([])
  })

  it('does not let a kind that is not asked for hide one that is', () => {
    // A telephone number that is a right NPI as well.
    expect(found('2125550147', [], column)).toEqual(['npi: 2125550147'])
    expect(found('2125550147', [], createDetector({ kinds: ['phone'] }))).toEqual(['phone: 2125550147'])
  })

  it('makes guesses in prose only', () => {
    expect(found('Mr. Kelbeck, file 4821736450')).toEqual(['name: Kelbeck', 'other-number: 4821736450'])
    expect(found('Mr. Kelbeck, file 4821736450', [], column)).toEqual([])
  })

  it('finds numbers whose check digits are right and leaves the others', () => {
    expect(found('4111 1111 1111 1111', [], column)).toEqual(['card: 4111 1111 1111 1111'])
    expect(found('4111 1111 1111 1112', [], column)).toEqual([])
    expect(found('1245319599', [], column)).toEqual(['npi: 1245319599'])
    expect(found('1245319598', [], column)).toEqual([])
    expect(found('1HGCM82633A004352', [], column)).toEqual(['vehicle: 1HGCM82633A004352'])
    expect(found('1HGCM82633A004353', [], column)).toEqual([])
  })

  it('knows the positions of a Medicare beneficiary identifier', () => {
    expect(found('1EG4-TE5-MK73')).toEqual(['mbi: 1EG4-TE5-MK73'])
    // No S, L, O, I, B or Z; no zero in front; a letter where a letter belongs.
    for (const other of ['1SG4TE5MK73', '0EG4TE5MK73', '1EG4TE5M473', '11G4TE5MK73']) {
      expect(found(other, [], column), other).toEqual([])
    }
  })

  it('leaves generated identifiers whole', () => {
    for (const text of [
      '61977873-5fac-45ff-9004-446655440000',
      'd41d8cd98f00b204e9800998ecf84271',
      '01b29c53-0000-109f-0000-017772211972',
    ]) {
      expect(prose(text)).toEqual([])
    }
  })
})

describe('names of the subject', () => {
  const names = ['Zanalin', 'de la Kelbeck-Holt']

  it('are found in every usual form', () => {
    const forms = {
      'Zanalin de la Kelbeck-Holt came': 'Zanalin de la Kelbeck-Holt',
      'KELBECK, ZANALIN came': 'KELBECK, ZANALIN',
      'Z. Kelbeck came': 'Z. Kelbeck',
      'Zanalin B. Kelbeck came': 'Zanalin B. Kelbeck',
      'zanalin kelbeck came': 'zanalin kelbeck',
      "Kelbeck's knee": 'Kelbeck',
      'Kelbeck’s knee': 'Kelbeck',
    }
    for (const [text, name] of Object.entries(forms))
      expect(found(text, names), text).toEqual([`name: ${name}`])
  })

  it('are found with and without accents', () => {
    expect(found('Jose and JOSÉ and Jose\u0301', ['José'])).toEqual([
      'name: Jose',
      'name: JOSÉ',
      'name: Jose\u0301',
    ])
  })

  it('are not found inside other words, nor in small words that are names too', () => {
    expect(found('Marks on the skin may fade', ['Mark', 'May'])).toEqual([])
    expect(found('told Mark in person', ['Mark', 'May'])).toEqual(['name: Mark'])
  })

  it('belong to one text only', () => {
    expect(found('Zanalin', names)).toEqual(['name: Zanalin'])
    expect(found('Zanalin')).toEqual([])
    expect(found('Zanalin', [])).toEqual([])
  })
})

it('every kind has a form that is found', () => {
  const text =
    'SSN 123-45-6789 MRN 0042107 call 212-555-0147 a@example.org https://example.org/x 192.0.2.7 3/14/2024 ' +
    '92-year-old in MA 02139, NPI 1245319599, 1EG4-TE5-MK73, 4111111111111111, member ID XQW100200, ' +
    'acct 4200817, DEA AB1234563, VIN 1HGCM82633A004352, S/N 88412, 12 Larkspur Street; Mrs. Kelbeck; file 99220011'
  expect([...new Set(prose(text).map(({ kind }) => kind))].sort()).toEqual([...detectorKinds].sort())
})
