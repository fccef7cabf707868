export const departments = [
  'CARDIOLOGY',
  'ENDOCRINOLOGY',
  'EMERGENCY',
  'ORTHOPEDICS',
  'PEDIATRICS',
  'PSYCHIATRY',
]

export const specialties = [
  'Cardiology',
  'Endocrinology',
  'Emergency Medicine',
  'Orthopedics',
  'Pediatrics',
  'Psychiatry',
]

export const diagnoses = [
  ['I10', 'Essential (primary) hypertension'],
  ['E11.9', 'Type 2 diabetes mellitus without complications'],
  ['J45.909', 'Unspecified asthma, uncomplicated'],
  ['M54.50', 'Low back pain, unspecified'],
  ['F32.9', 'Major depressive disorder, single episode, unspecified'],
  ['F41.1', 'Generalized anxiety disorder'],
  ['N39.0', 'Urinary tract infection, site not specified'],
  ['S52.501A', 'Unspecified fracture of the lower end of right radius, initial encounter'],
  ['I50.9', 'Heart failure, unspecified'],
  ['Z00.00', 'General adult medical examination without abnormal findings'],
] as const

export interface LabTest {
  readonly name: string
  readonly unit: string
  readonly low: number
  readonly high: number
}

export const labTests: readonly LabTest[] = [
  { name: 'HbA1c', unit: '%', low: 4, high: 5.6 },
  { name: 'Glucose', unit: 'mg/dL', low: 70, high: 99 },
  { name: 'LDL', unit: 'mg/dL', low: 40, high: 100 },
  { name: 'Creatinine', unit: 'mg/dL', low: 0.6, high: 1.2 },
  { name: 'TSH', unit: 'mIU/L', low: 0.4, high: 4 },
]

/** Places whose ZIP codes the sample uses: state and the first three digits. */
export const zipAreas = [
  ['IL', '606'],
  ['NY', '100'],
  ['CA', '941'],
  ['TX', '770'],
  ['WA', '981'],
  ['MA', '021'],
  ['GA', '303'],
] as const

/** Areas of 20,000 people or fewer, where Safe Harbor allows no digit at all (45 CFR 164.514(b)(2)(i)(B)). */
export const restrictedZipAreas = [
  ['NH', '036'],
  ['VT', '059'],
  ['WY', '821'],
  ['WY', '823'],
  ['NV', '893'],
] as const
