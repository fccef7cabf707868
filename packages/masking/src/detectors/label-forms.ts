import type { DetectorKind } from './detection.ts'

/**
 * Words that say what a number behind them is. A label begins with one of `words`; `rest` is what must follow that
 * word. Words that mean other things too need a marker (`number`, `#`, `:` …) or a number that speaks for itself.
 */
export interface LabelForm {
  readonly kind: DetectorKind
  readonly words: string
  /** Source of an expression; empty where the word alone is enough. */
  readonly rest: string
  readonly value: RegExp
  readonly leastDigits: number
}

const marker = '\\s{0,2}(?:#|:|(?:number|num|nbr|no|nr|id|ids|identifier|code)\\b\\.?)'

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

export const labelForms: readonly LabelForm[] = [
  { kind: 'mrn', words: 'mrn mrns uhid empi hrn mpi', rest: '', value: anyNumber, leastDigits: 3 },
  { kind: 'mrn', words: 'mr', rest: '\\s?#|-(?=\\d)|\\s?(?:no|number)\\b| (?=\\d{5})', ...any },
  { kind: 'mrn', words: 'medical', rest: '\\s{1,4}rec(?:ord)?s?\\b', ...any },
  { kind: 'mrn', words: 'med', rest: '\\.?\\s{0,2}rec\\b', ...any },
  { kind: 'mrn', words: 'm', rest: '[. ]{1,2}r[. ]{1,2}n\\b\\.?', ...any },
  {
    kind: 'mrn',
    words: 'chart record hospital hosp unit patient pt patients person emr ehr epic cerner pid fin csn eid',
    rest: `${marker}${orLongNumber}`,
    ...any,
  },
  { kind: 'mrn', words: 'emr ehr epic cerner', rest: '\\s{1,2}(?:id|number|no)\\b', ...any },
  { kind: 'ssn', words: 'ssn ssns ssan itin', rest: '', ...any },
  { kind: 'ssn', words: 'ss', rest: '\\s?#|\\s?(?:no|num|number)\\b', ...any },
  {
    kind: 'ssn',
    words: 'social',
    rest: '\\s{1,4}sec(?:urity)?\\b|\\s{0,2}(?:#|:|is\\b|no\\b|number\\b)',
    ...any,
  },
  { kind: 'ssn', words: 'last', rest: '\\s{1,2}(?:four|4)\\b', ...any },
  { kind: 'ssn', words: 'soc', rest: '\\.?\\s{0,2}sec\\b', ...any },
  {
    kind: 'health-plan-number',
    words: 'medicaid medicare subscriber hicn hic beneficiary mbi medi',
    rest: '',
    ...any,
  },
  {
    kind: 'health-plan-number',
    words: 'member policy insurance group enrollee insured payer',
    rest: `${marker}${orLongNumber}`,
    ...any,
  },
  { kind: 'health-plan-number', words: 'health', rest: '\\s{1,4}plan\\b', ...any },
  { kind: 'account-number', words: 'acct', rest: '', ...any },
  {
    kind: 'account-number',
    words: 'account billing invoice bank routing guarantor',
    rest: `(?:\\s{1,4}account)?${marker}|(?=\\s{1,4}\\d{5})|\\s{1,4}account\\b`,
    ...any,
  },
  { kind: 'account-number', words: 'iban', rest: '', ...any },
  { kind: 'licence-number', words: 'dea dl passport', rest: '', ...any },
  {
    kind: 'licence-number',
    words: 'license licence lic certificate permit',
    rest: `${marker}|(?=\\s{1,4}[A-Z]{0,3}\\d{4})`,
    ...any,
  },
  { kind: 'vehicle', words: 'vin', rest: '', value: anyNumber, leastDigits: 3 },
  {
    kind: 'vehicle',
    words: 'license licence',
    rest: '\\s{1,4}plates?\\b|\\s{1,4}tag\\b',
    value: lettersAndDigits,
    leastDigits: 2,
  },
  {
    kind: 'vehicle',
    words: 'plate plates tag',
    rest: `${marker}${orPlate}`,
    value: lettersAndDigits,
    leastDigits: 2,
  },
  {
    kind: 'device',
    words: 'serial',
    rest: `${marker}|(?=\\s{1,4}[A-Z]{0,4}\\d{4})`,
    value: anyNumber,
    leastDigits: 3,
  },
  { kind: 'device', words: 's', rest: '\\s?/\\s?n\\b', value: anyNumber, leastDigits: 3 },
  { kind: 'device', words: 'sn imei udi', rest: '', value: anyNumber, leastDigits: 3 },
  {
    kind: 'device',
    words: 'device implant model pacemaker pump',
    rest: `(?:\\s{1,4}serial)?${marker}`,
    value: anyNumber,
    leastDigits: 3,
  },
  { kind: 'npi', words: 'npi', rest: '', value: digitsOnly, leastDigits: 8 },
  {
    kind: 'zip',
    words: 'zip zipcode postal postcode',
    rest: '(?:\\s{1,4}code)?',
    value: zipDigits,
    leastDigits: 5,
  },
  {
    kind: 'phone',
    words:
      'phone phones tel telephone cell cellphone mobile call called calling fax pager beeper reach contact ph',
    rest: '',
    value: phoneDigits,
    leastDigits: 7,
  },
  {
    kind: 'date',
    words: 'dob doa dod dos birthdate birth date',
    rest: '',
    value: compactDate,
    leastDigits: 4,
  },
  {
    kind: 'other-number',
    words:
      'encounter accession specimen case visit claim referral prescription rx confirmation authorization auth order',
    rest: `${marker}${orLongNumber}`,
    ...any,
  },
]
