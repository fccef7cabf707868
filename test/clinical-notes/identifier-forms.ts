import type { Choices } from './pseudo-random.ts'

/**
 * The ways people write identifiers in notes. Slots in a form: `<…>` marks the identifier when there are words
 * around it that are not part of it; without it the whole form is the identifier.
 */
export type IdentifierForm = (choices: Choices) => string

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const shortMonths = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec']
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Sat', 'Sun']

const two = (value: number) => String(value).padStart(2, '0')
const dateParts = (choices: Choices) => ({
  year: choices.integer(1931, 2026),
  month: choices.integer(1, 12),
  day: choices.integer(1, 28),
})
type DateParts = ReturnType<typeof dateParts>
const dated =
  (write: (parts: DateParts) => string): IdentifierForm =>
  (choices) =>
    write(dateParts(choices))

const ordinal = (day: number) =>
  `${day}${day % 10 === 1 && day !== 11 ? 'st' : day % 10 === 2 && day !== 12 ? 'nd' : day % 10 === 3 && day !== 13 ? 'rd' : 'th'}`

const areaCode = (choices: Choices) => choices.pick(['212', '415', '617', '303', '704', '918', '206', '787'])

const luhnDigit = (digits: string): number => {
  let sum = 0
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place])
    const doubled = place % 2 === 0 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return (10 - (sum % 10)) % 10
}

const ssn = (choices: Choices, separator: string): string => {
  const area = choices.pick([choices.integer(1, 665), choices.integer(667, 899)])
  const group = choices.integer(1, 99)
  const serial = choices.integer(1, 9999)
  return [String(area).padStart(3, '0'), two(group), String(serial).padStart(4, '0')].join(separator)
}

const mbiLetters = [...'ACDEFGHJKMNPQRTUVWXY']
const mbi = (choices: Choices, separator: string): string => {
  const letter = () => choices.pick(mbiLetters)
  const digit = () => String(choices.integer(0, 9))
  const either = () => (choices.chance(0.5) ? letter() : digit())
  const first = String(choices.integer(1, 9)) + letter() + either() + digit()
  const second = letter() + either() + digit()
  return [first, second, letter() + letter() + digit() + digit()].join(separator)
}

const npi = (choices: Choices): string => {
  const body = choices.pick(['1', '2']) + choices.fill('99999999')
  return body + luhnDigit(`80840${body}`)
}

const card = (choices: Choices): string => {
  const body = choices.pick(['4', '51', '52', '6011']) + choices.fill('999999999999999')
  const shortened = body.slice(0, 15)
  return shortened + luhnDigit(shortened)
}

const userNames = ['patient.portal', 'fam-contact', 'care_giver42', 'p.sample+records', 'X9']
const mailHosts = [
  'example.com',
  'mail.example.org',
  'clinic.example',
  'home.example.net',
  'inbox.test',
  'example.co.uk',
]

const ipv4 = (choices: Choices) =>
  `${choices.pick(['192.0.2', '198.51.100', '203.0.113', '10.20.30'])}.${choices.integer(1, 254)}`

/** Every kind and its forms. What stands outside `<…>` is context, not identifier. */
export const identifierForms: Readonly<Record<string, readonly IdentifierForm[]>> = {
  ssn: [
    (choices) => ssn(choices, '-'),
    (choices) => ssn(choices, '-'),
    (choices) => `SSN <${ssn(choices, ' ')}>`,
    (choices) => `SSN: <${ssn(choices, '')}>`,
    (choices) => `SS# <${ssn(choices, '')}>`,
    (choices) => `social security number is <${ssn(choices, '')}>`,
    (choices) => `Social Security no. <${ssn(choices, '.')}>`,
    (choices) => ssn(choices, '–'),
    (choices) => ssn(choices, ' - '),
    (choices) => `soc sec <${ssn(choices, ' ')}>`,
    (choices) => `SSN ending in <${choices.fill('9999')}>`,
    (choices) => `xxx-xx-${choices.fill('9999')}`,
  ],
  phone: [
    (choices) => `(${areaCode(choices)}) 555-${choices.fill('0199')}`,
    (choices) => `${areaCode(choices)}-${choices.fill('899-9999')}`,
    (choices) => `${areaCode(choices)}.555.${choices.fill('0199')}`,
    (choices) => `${areaCode(choices)} 555 ${choices.fill('0199')}`,
    (choices) => `${areaCode(choices)}555${choices.fill('0199')}`,
    (choices) => `+1 ${areaCode(choices)} 555 ${choices.fill('0199')}`,
    (choices) => `1-${areaCode(choices)}-555-${choices.fill('0199')}`,
    (choices) => `(${areaCode(choices)})555-${choices.fill('0199')}`,
    (choices) => `${areaCode(choices)}/555-${choices.fill('0199')}`,
    (choices) => `+1${areaCode(choices)}555${choices.fill('0199')}`,
    (choices) => `+44 20 7946 ${choices.fill('0999')}`,
    (choices) => `+49 30 ${choices.fill('899999')}`,
    (choices) => `+33 1 ${choices.fill('99 99 99 99')}`,
    (choices) => `020 7946 ${choices.fill('0999')}`,
    (choices) => `call <555-${choices.fill('0199')}>`,
    (choices) => `phone: <555.${choices.fill('0199')}>`,
    (choices) => `${areaCode(choices)}-555-${choices.fill('0199')} x${choices.integer(10, 999)}`,
    (choices) => `${areaCode(choices)}-555-${choices.fill('0199')} ext. ${choices.integer(10, 999)}`,
    (choices) => `fax <${areaCode(choices)} 555-${choices.fill('0199')}>`,
    (choices) => `cell#<${areaCode(choices)}5550${choices.fill('199')}>`,
    (choices) => `0044 20 7946 ${choices.fill('0999')}`,
    () => '1-800-EXAMPLE',
  ],
  email: [
    (choices) => `${choices.pick(userNames)}@${choices.pick(mailHosts)}`,
    (choices) => `${choices.pick(userNames)}@${choices.pick(mailHosts)}`.toUpperCase(),
    (choices) => `mailto:<${choices.pick(userNames)}@${choices.pick(mailHosts)}>`,
    (choices) => `"${choices.pick(userNames)}"@${choices.pick(mailHosts)}`,
    (choices) => `${choices.pick(userNames)} @ ${choices.pick(mailHosts)}`,
    (choices) => `${choices.pick(userNames)} (at) ${choices.pick(mailHosts)}`,
  ],
  url: [
    (choices) => `https://${choices.pick(mailHosts)}/records/${choices.fill('9999')}`,
    (choices) => `http://www.${choices.pick(mailHosts)}`,
    (choices) => `www.${choices.pick(mailHosts)}/p?id=${choices.fill('99999')}`,
    (choices) => `portal.example.com/chart/${choices.fill('A999')}`,
    (choices) => `HTTPS://${choices.pick(mailHosts)}:8443/x#y`,
    (choices) => `ftp://files.example.org/scan${choices.fill('99')}.pdf`,
    () => 'example.com',
  ],
  ip: [
    (choices) => ipv4(choices),
    (choices) => `${ipv4(choices)}:${choices.integer(1024, 65_000)}`,
    (choices) => `${ipv4(choices)}/24`,
    (choices) => `2001:db8::${choices.integer(1, 9999)}`,
    (choices) => `2001:0db8:85a3:0000:0000:8a2e:0370:${choices.fill('9999')}`,
    (choices) => `fe80::1ff:fe23:4567:${choices.fill('89')}a`,
    (choices) => `[2001:db8::${choices.integer(1, 99)}]`,
    (choices) => `::ffff:${ipv4(choices)}`,
  ],
  date: [
    dated(({ year, month, day }) => `${month}/${day}/${year}`),
    dated(({ year, month, day }) => `${two(month)}/${two(day)}/${year}`),
    dated(({ year, month, day }) => `${two(month)}/${two(day)}/${two(year % 100)}`),
    dated(({ year, month, day }) => `${month}/${day}/${two(year % 100)}`),
    dated(({ year, month, day }) => `${year}-${two(month)}-${two(day)}`),
    dated(({ year, month, day }) => `${year}/${two(month)}/${two(day)}`),
    dated(({ year, month, day }) => `${year}-${two(month)}-${two(day)}T08:15:00Z`),
    dated(({ year, month, day }) => `${months[month - 1]} ${day}, ${year}`),
    dated(({ year, month, day }) => `${shortMonths[month - 1]} ${day}, ${year}`),
    dated(({ year, month, day }) => `${shortMonths[month - 1]}. ${day} ${year}`),
    dated(({ year, month, day }) => `${day} ${months[month - 1]} ${year}`),
    dated(({ year, month, day }) => `${two(day)}-${shortMonths[month - 1]!.slice(0, 3)}-${year}`),
    dated(({ year, month, day }) => `${two(day)}${shortMonths[month - 1]!.slice(0, 3).toUpperCase()}${year}`),
    dated(({ year, month, day }) => `${day}-${shortMonths[month - 1]!.slice(0, 3)}-${two(year % 100)}`),
    dated(({ month, day }) => `${months[month - 1]} ${ordinal(day)}`),
    dated(({ month, day }) => `${shortMonths[month - 1]} ${day}`),
    dated(({ month, day }) => `the <${ordinal(day)} of ${months[month - 1]}>`),
    dated(({ year, month }) => `${months[month - 1]} ${year}`),
    dated(({ year, month }) => `${two(month)}/${year}`),
    dated(({ month, day }) => `on <${month}/${day}>`),
    dated(({ month, day }) => `since <${two(month)}/${two(day)}>`),
    dated(({ year, month, day }) => `${two(day)}.${two(month)}.${year}`),
    dated(({ year, month, day }) => `${day}/${month}/${year}`),
    dated(({ year, month, day }) => `${year}${two(month)}${two(day)}`),
    dated(({ year, month, day }) => `${month}-${day}-${two(year % 100)}`),
    dated(({ year, month, day }) => `${two(month)}-${two(day)}-${year}`),
    dated(({ year, month, day }) => `DOB <${two(month)}${two(day)}${year}>`),
    dated(({ year, month }) => `${shortMonths[month - 1]!.slice(0, 3)} '${two(year % 100)}`),
    (choices) => {
      const { month, day } = dateParts(choices)
      return `${choices.pick(weekdays)}, <${months[month - 1]} ${day}>`
    },
    dated(({ month, day }) => `<${month}/${day}> to <${month}/${day + 2}>`),
    dated(({ year, month, day }) => `${months[month - 1]!.toUpperCase()} ${day}, ${year}`),
  ],
  mrn: [
    (choices) => `MRN <${choices.fill('89999999')}>`,
    (choices) => `MRN: <${choices.fill('899999')}>`,
    (choices) => `MRN#<${choices.fill('A899999')}>`,
    (choices) => `MRN <${choices.fill('999-99-99')}>`,
    (choices) => `(MRN <${choices.fill('0099999')}>)`,
    (choices) => `MR# <${choices.fill('8999999')}>`,
    (choices) => `MR #: <${choices.fill('8999999')}>`,
    (choices) => `medical record number <${choices.fill('0899999')}>`,
    (choices) => `Medical Record No.: <${choices.fill('89-99-99')}>`,
    (choices) => `med rec # <${choices.fill('899999')}>`,
    (choices) => `medical record <${choices.fill('AA899999')}>`,
    (choices) => `chart number <${choices.fill('899999')}>`,
    (choices) => `Chart #<${choices.fill('899999')}>`,
    (choices) => `patient ID <${choices.fill('AA-0099999')}>`,
    (choices) => `Pt ID: <${choices.fill('899999')}>`,
    (choices) => `MRN<${choices.fill('8999999')}>`,
    (choices) => `MRN-<${choices.fill('8999999')}>`,
    (choices) => `hospital number <${choices.fill('A8999999')}>`,
    (choices) => `unit no. <${choices.fill('999-99-99')}>`,
    (choices) => `record # <${choices.fill('8999999')}>`,
    (choices) => `mrn is <${choices.fill('899 999 9')}>`,
    (choices) => `MRN (<${choices.fill('8999999')}>)`,
  ],
  mbi: [
    (choices) => mbi(choices, '-'),
    (choices) => mbi(choices, ''),
    (choices) => mbi(choices, ' '),
    (choices) => `Medicare ID <${mbi(choices, '').toLowerCase()}>`,
  ],
  npi: [
    (choices) => `NPI <${npi(choices)}>`,
    (choices) => npi(choices),
    (choices) => `NPI#: <${npi(choices)}>`,
  ],
  zip: [
    (choices) => `ZIP <${choices.fill('89999')}>`,
    (choices) => `zip code <${choices.fill('89999-9999')}>`,
    (choices) => `${choices.pick(['MA', 'TX', 'NC'])} <${choices.fill('89999')}>`,
    (choices) => choices.fill('89999-9999'),
  ],
  card: [
    (choices) => card(choices),
    (choices) => card(choices).replace(/(\d{4})(?=\d)/g, '$1 '),
    (choices) => card(choices).replace(/(\d{4})(?=\d)/g, '$1-'),
  ],
  'health-plan-number': [
    (choices) => `member ID <${choices.fill('AAA899999999')}>`,
    (choices) => `policy number <${choices.fill('A89999999')}>`,
    (choices) => `Subscriber # <${choices.fill('8999999999')}>`,
    (choices) => `Medicaid no. <${choices.fill('AA89999A')}>`,
    (choices) => `insurance ID: <${choices.fill('899999999')}>`,
  ],
  'account-number': [
    (choices) => `account number <${choices.fill('89999999')}>`,
    (choices) => `acct # <${choices.fill('899999')}>`,
    (choices) => `Acct: <${choices.fill('A-8999999')}>`,
    (choices) => `billing account <${choices.fill('8999999999')}>`,
  ],
  'licence-number': [
    (choices) => `driver's license <${choices.fill('A8999999')}>`,
    (choices) => `license no. <${choices.fill('AA899999')}>`,
    (choices) => `DL# <${choices.fill('A899-9999-9999')}>`,
    (choices) => `DEA number <${choices.fill('AA8999999')}>`,
  ],
  device: [
    (choices) => `serial number <${choices.fill('AA8999999')}>`,
    (choices) => `S/N <${choices.fill('899999A')}>`,
    (choices) => `pacemaker serial no. <${choices.fill('AAA899999A')}>`,
    (choices) => `UDI <(01)${choices.fill('00899999999999')}>`,
    (choices) => `device ID: <${choices.fill('A9-89999-A')}>`,
  ],
  vehicle: [
    (choices) => `VIN <1HGCM82633A${choices.fill('999999')}>`,
    (choices) => `license plate <${choices.fill('8AAA999')}>`,
    (choices) => `plate number <${choices.fill('AAA-8999')}>`,
  ],
  address: [
    (choices) =>
      `${choices.integer(1, 9999)} ${choices.pick(['Larkspur', 'North Fenwick', 'Old Mill', 'E. 14th', 'Quarry Hill'])} ${choices.pick(['Street', 'St', 'Ave', 'Road', 'Rd.', 'Lane', 'Blvd', 'Drive', 'Ct'])}`,
    (choices) =>
      `${choices.integer(1, 999)} ${choices.pick(['Larkspur', 'Garnet'])} ${choices.pick(['Street', 'Avenue'])}, Apt ${choices.integer(1, 40)}${choices.fill('A')}`,
    (choices) => `P.O. Box ${choices.integer(10, 9999)}`,
    (choices) => `PO Box ${choices.integer(10, 9999)}`,
  ],
  age: [
    (choices) => `<${choices.integer(90, 104)}>-year-old`,
    (choices) => `<${choices.integer(90, 104)}> y/o`,
    (choices) => `age <${choices.integer(90, 104)}>`,
    (choices) => `aged <${choices.integer(90, 104)}>`,
    (choices) => `<${choices.integer(90, 104)}> years of age`,
    (choices) => `<${choices.integer(90, 104)}>yo`,
  ],
}
