import type { Choices } from './pseudo-random.ts'

/** What stands in a slot of a record line: the kind of identifier and its text. */
export interface RecordForm {
  readonly kind: string
  readonly write: (choices: Choices) => string
}

const months = 'January February March April May June July August September October November December'.split(
  ' ',
)
const two = (value: number) => String(value).padStart(2, '0')
const year = (choices: Choices) => choices.integer(1935, 2026)
const month = (choices: Choices) => choices.integer(1, 12)
const day = (choices: Choices) => choices.integer(1, 28)

const medicareLetters = [...'ACDEFGHJKMNPQRTUVWXY']

export const recordForms: Readonly<Record<string, RecordForm>> = {
  'us-date': {
    kind: 'date',
    write: (choices) =>
      choices.pick([
        (): string => `${two(month(choices))}/${two(day(choices))}/${year(choices)}`,
        (): string => `${month(choices)}/${day(choices)}/${two(year(choices) % 100)}`,
        (): string => `${two(month(choices))}-${two(day(choices))}-${year(choices)}`,
      ])(),
  },
  'iso-date': {
    kind: 'date',
    write: (choices) => `${year(choices)}-${two(month(choices))}-${two(day(choices))}`,
  },
  'compact-date': {
    kind: 'date',
    write: (choices) => `${year(choices)}${two(month(choices))}${two(day(choices))}`,
  },
  'long-date': {
    kind: 'date',
    write: (choices) => {
      const text = `${months[month(choices) - 1]} ${day(choices)}, ${year(choices)}`
      return choices.chance(0.5) ? text.toUpperCase() : text
    },
  },
  'month-year': {
    kind: 'date',
    write: (choices) =>
      choices.pick([
        `${months[month(choices) - 1]} ${year(choices)}`,
        `${two(month(choices))}/${year(choices)}`,
      ]),
  },
  'mrn-digits': {
    kind: 'mrn',
    write: (choices) => choices.fill(choices.pick(['0099999', '89999999', '899999', '9999999999'])),
  },
  'mrn-digits-labelled': { kind: 'mrn', write: (choices) => choices.fill('89999999') },
  nanp: {
    kind: 'phone',
    write: (choices) =>
      choices.fill(
        choices.pick([
          '(617) 555-0199',
          '617-555-0199',
          '617.555.0199',
          '6175550199',
          '+1 617 555 0199',
          '(617)555-0199',
        ]),
      ),
  },
  mail: {
    kind: 'email',
    write: (choices) =>
      choices.fill(
        choices.pick(['user99@example.com', 'a.member@clinic.example', 'desk-9@mail.example.org']),
      ),
  },
  link: {
    kind: 'url',
    write: (choices) =>
      choices.fill(
        choices.pick([
          'https://portal.example.com/r/9999',
          'http://img.example.org/view?id=99',
          'www.example.net/login',
        ]),
      ),
  },
  v4: { kind: 'ip', write: (choices) => `203.0.113.${choices.integer(1, 254)}` },
  v6: { kind: 'ip', write: (choices) => `2001:db8:${choices.integer(1, 9999)}::${choices.integer(1, 9999)}` },
  'ssn-dashed': { kind: 'ssn', write: (choices) => choices.fill('189-89-8999') },
  'ssn-spaced': { kind: 'ssn', write: (choices) => choices.fill('189 89 8999') },
  'ssn-plain': { kind: 'ssn', write: (choices) => choices.fill('189898999') },
  medicare: {
    kind: 'mbi',
    write: (choices) => {
      const letter = () => choices.pick(medicareLetters)
      return `${choices.fill('8')}${letter()}${choices.fill('99')}-${letter()}${letter()}${choices.fill('9')}-${letter()}${letter()}${choices.fill('99')}`
    },
  },
}
