import { describe, expect, it } from 'vitest'
import { normalizeName, splitColumnName, splitName } from './qualified-name.ts'

describe('names', () => {
  it('fold to upper case unless they are quoted', () => {
    expect(normalizeName('clinic.Public."patients"')).toBe('CLINIC.PUBLIC."patients"')
    expect(normalizeName('"CLINIC"."PUBLIC".T')).toBe('CLINIC.PUBLIC.T')
  })

  it('keep dots and quotes that are inside quotes', () => {
    expect(splitName('A."b.c"."d""e"')).toEqual(['A', 'b.c', 'd"e'])
    expect(splitColumnName('A.B."c.d"."E.f"')).toEqual({ table: 'A.B."c.d"', column: '"E.f"' })
  })

  it('are refused where a part is empty or a quote does not end', () => {
    for (const text of ['', '.', 'A.', 'A..B', '"A', 'A"B"', '"A"B', ' A'])
      expect(splitName(text), text).toBeNull()
  })
})
