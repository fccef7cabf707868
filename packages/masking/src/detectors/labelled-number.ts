import type { DetectorKind } from './detection.ts'
import { findMbi } from './mbi.ts'
import { type Claim, claim, countDigits, isWordAt, matchAt } from './scan.ts'

/**
 * Identifiers that have no form of their own: numbers behind words that say what they are. A label begins with a
 * word; `rest` is what must follow it. Words that mean other things too need a marker (`number`, `#`, `:` …) as well.
 */
interface Label {
  readonly kind: DetectorKind
  readonly rest: RegExp
  readonly leastDigits: number
  readonly value: RegExp
}

const LONGEST = 128

const marker = '\\s{0,2}(?:#|:|(?:number|num|nbr|no|nr|id|ids|identifier|code)\\b\\.?)'

// Characters and words between a label and its number. Alternatives exclude each other, so matching never branches.
const filler =
  /(?:[\s:#=.,(["'*-]|(?:number|num|nbr|no|nr|id|identifier|is|was|of|the|card|code|ending|ends|in|with|last|four|digits|4|on|file|listed|as|at|home|work|cell|phone|back|office|her|his|their|him|them|me|us|you|to|plan|policy)\b){0,16}/iy

const separated =
  '\\d{1,4}(?: \\d{1,4}){1,3}(?![\\w%/]|\\.\\d| ?(?:mg|ml|mcg|hours?|hrs?|days?|weeks?|units?|times|pages?|tabs?)\\b)'
const joined = '[A-Za-z]{0,5}[-./#]?\\d[\\dA-Za-z]{0,24}(?:(?:[-/_)]|[.,](?=\\d))[\\dA-Za-z]{1,20}){0,5}'
const anyNumber = new RegExp(`${separated}|${joined}`, 'y')
const lettersAndDigits = new RegExp(
  `(?=[A-Za-z-]{0,6}\\d|\\d)[\\dA-Za-z]{2,10}(?:[- ](?=[A-Za-z]{0,3}\\d)[\\dA-Za-z]{2,6})?|${joined}`,
  'y',
)
const digitsOnly = /\d{2,12}(?:[- .]\d{1,6}){0,4}/y
const zipDigits = /\d{5}(?:[- ]?\d{4})?(?!\d)/y
const phoneDigits = /\d{3}[-. ]\d{4}(?![\d/-]| \d{3})|\d{7}(?!\d)|1?\d{10}(?!\d)/y
const compactDate = /\d{8}(?!\d)|\d{6}(?!\d)|\d{1,2} \d{1,2} (?:\d{4}|\d{2})(?!\d)/y

/** A number of six characters or more at once behind the word speaks for itself. */
const orLongNumber = '|(?=\\s{1,3}[A-Za-z]{0,4}-?\\d[\\d-]{5})'
const orPlate = '|(?=\\s{1,2}(?:[A-Z]{2,3}[- ]?\\d{3,4}|\\d[A-Z]{3}\\d{3})\\b)'

const any = { value: anyNumber, leastDigits: 4 }
const labels: readonly [DetectorKind, string, string, { value: RegExp; leastDigits: number }][] = [
  ['mrn', 'mrn mrns uhid empi hrn mpi', '', { value: anyNumber, leastDigits: 3 }],
  ['mrn', 'mr', '\\s?#|-(?=\\d)|\\s?(?:no|number)\\b| (?=\\d{5})', any],
  ['mrn', 'medical', '\\s{1,4}rec(?:ord)?s?\\b', any],
  ['mrn', 'med', '\\.?\\s{0,2}rec\\b', any],
  ['mrn', 'm', '[. ]{1,2}r[. ]{1,2}n\\b\\.?', any],
  [
    'mrn',
    'chart record hospital hosp unit patient pt patients person emr ehr epic cerner pid fin csn eid',
    `${marker}${orLongNumber}`,
    any,
  ],
  ['mrn', 'emr ehr epic cerner', '\\s{1,2}(?:id|number|no)\\b', any],
  ['ssn', 'ssn ssns ssan itin', '', any],
  ['ssn', 'ss', '\\s?#|\\s?(?:no|num|number)\\b', any],
  ['ssn', 'social', '\\s{1,4}sec(?:urity)?\\b|\\s{0,2}(?:#|:|is\\b|no\\b|number\\b)', any],
  ['ssn', 'last', '\\s{1,2}(?:four|4)\\b', any],
  ['ssn', 'soc', '\\.?\\s{0,2}sec\\b', any],
  ['health-plan-number', 'medicaid medicare subscriber hicn hic beneficiary mbi medi', '', any],
  [
    'health-plan-number',
    'member policy insurance group enrollee insured payer',
    `${marker}${orLongNumber}`,
    any,
  ],
  ['health-plan-number', 'health', '\\s{1,4}plan\\b', any],
  ['account-number', 'acct', '', any],
  [
    'account-number',
    'account billing invoice bank routing guarantor',
    `(?:\\s{1,4}account)?${marker}|(?=\\s{1,4}\\d{5})|\\s{1,4}account\\b`,
    any,
  ],
  ['account-number', 'iban', '', any],
  ['licence-number', 'dea dl passport', '', any],
  ['licence-number', 'license licence lic certificate permit', `${marker}|(?=\\s{1,4}[A-Z]{0,3}\\d{4})`, any],
  ['vehicle', 'vin', '', { value: anyNumber, leastDigits: 3 }],
  [
    'vehicle',
    'license licence',
    '\\s{1,4}plates?\\b|\\s{1,4}tag\\b',
    { value: lettersAndDigits, leastDigits: 2 },
  ],
  ['vehicle', 'plate plates tag', `${marker}${orPlate}`, { value: lettersAndDigits, leastDigits: 2 }],
  ['device', 'serial', `${marker}|(?=\\s{1,4}[A-Z]{0,4}\\d{4})`, { value: anyNumber, leastDigits: 3 }],
  ['device', 's', '\\s?/\\s?n\\b', { value: anyNumber, leastDigits: 3 }],
  ['device', 'sn imei udi', '', { value: anyNumber, leastDigits: 3 }],
  [
    'device',
    'device implant model pacemaker pump',
    `(?:\\s{1,4}serial)?${marker}`,
    { value: anyNumber, leastDigits: 3 },
  ],
  ['npi', 'npi', '', { value: digitsOnly, leastDigits: 8 }],
  ['zip', 'zip zipcode postal postcode', '(?:\\s{1,4}code)?', { value: zipDigits, leastDigits: 5 }],
  [
    'phone',
    'phone phones tel telephone cell cellphone mobile call called calling fax pager beeper reach contact ph',
    '',
    { value: phoneDigits, leastDigits: 7 },
  ],
  ['date', 'dob doa dod dos birthdate birth date', '', { value: compactDate, leastDigits: 4 }],
  [
    'other-number',
    'encounter accession specimen case visit claim referral prescription rx confirmation authorization auth order',
    `${marker}${orLongNumber}`,
    any,
  ],
]

const labelsByWord: ReadonlyMap<string, readonly Label[]> = (() => {
  const byWord = new Map<string, Label[]>()
  for (const [kind, words, rest, { value, leastDigits }] of labels) {
    for (const word of words.split(' ')) {
      const label: Label = { kind, rest: new RegExp(rest, 'iy'), leastDigits, value }
      byWord.set(word, [...(byWord.get(word) ?? []), label])
    }
  }
  return byWord
})()

export const labelWords: readonly string[] = [...labelsByWord.keys()]

/** The number behind a label that begins with this word (lower case) and ends at `wordEnd`. */
export const findLabelledNumber = (text: string, word: string, wordEnd: number): Claim | null => {
  for (const { kind, rest, leastDigits, value } of labelsByWord.get(word) ?? []) {
    if (!matchAt(rest, text, wordEnd)) continue
    const restEnd = rest.lastIndex
    matchAt(filler, text, restEnd)
    const start = filler.lastIndex
    const medicare = kind === 'health-plan-number' ? findMbi(text, start) : null
    if (medicare) return medicare
    if (!matchAt(value, text, start)) continue
    let end = value.lastIndex
    // The rest of a longer word belongs to the number: half of it would still be half of an identifier.
    while (end - start < LONGEST && isWordAt(text, end)) end += 1
    if (countDigits(text, start, end) < leastDigits) continue
    return claim(kind, start, end)
  }
  return null
}

/** A device identifier of the form that barcodes carry: `(01)` and fourteen digits (GS1 application identifier). */
const gs1 = /\(01\) ?\d{14}(?: ?\(\d{2}\) ?[\dA-Za-z]{1,20}){0,4}/y

export const findDeviceIdentifier = (text: string, open: number): Claim | null =>
  matchAt(gs1, text, open) ? claim('device', open, gs1.lastIndex) : null

const LONGEST_SEGMENT_ID = 24

/** An identifier of an HL7 v2 message (data type CX): the value, and behind `^^^` who assigned it. */
export const findAssignedNumber = (text: string, caret: number, from: number): Claim | null => {
  if (!text.startsWith('^^^', caret)) return null
  let start = caret
  while (start > from && caret - start < LONGEST_SEGMENT_ID && isWordAt(text, start - 1)) start -= 1
  return countDigits(text, start, caret) >= 3 ? claim('mrn', start, caret) : null
}
