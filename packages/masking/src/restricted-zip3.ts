/** ZIP3 areas of 20,000 people or fewer, as of a census: replace it when a new count is published. */
export interface RestrictedZip3 {
  /** The day the list was drawn up, `YYYY-MM-DD`. */
  readonly asOf: string
  readonly source: string
  readonly areas: readonly string[]
}

export const restrictedZip3Of2000: RestrictedZip3 = {
  asOf: '2000-04-01',
  source: '2000 Census',
  areas: [
    '036',
    '059',
    '063',
    '102',
    '203',
    '556',
    '692',
    '790',
    '821',
    '823',
    '830',
    '831',
    '878',
    '879',
    '884',
    '890',
    '893',
  ],
}

export const restrictedZip3Of2010: RestrictedZip3 = {
  asOf: '2010-04-01',
  source: '2010 Census',
  areas: ['036', '059', '102', '203', '205', '369', '556', '692', '821', '823', '878', '879', '884', '893'],
}

/** The default: an area that either census counted as small is hidden. */
export const restrictedZip3: RestrictedZip3 = {
  asOf: '2010-04-01',
  source: '2000 Census and 2010 Census',
  areas: [...new Set([...restrictedZip3Of2000.areas, ...restrictedZip3Of2010.areas])].sort(),
}
