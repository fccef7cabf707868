import {
  digits,
  firstCell,
  hasFailed,
  type RecoveryProgram,
  search,
  secondAfter,
} from './recovery-program.ts'

const encounter = 'encounters where encounter_id = 5'

/** The larger of the value and a text that is no number or date is converted: it fails where the text is larger. */
const larger = (column: string, from: string, bound: string): string =>
  `(select max(z) as z from (select ${column} as z from ${from} union all select '${bound}x'))`

/** The digits of a number of unknown length, one after the other, by the order of texts. */
const searchDigits = async (isBelow: (bound: string) => Promise<boolean>): Promise<string> => {
  let found = ''
  // `!` comes before every digit and `x` after: a text is below `12!` where it is `12`.
  while (!(found !== '' && (await isBelow(`${found}!`))))
    found += String(await search(0, 10, async (digit) => await isBelow(`${found}${digit - 1}x`)))
  return found
}

/** A conversion fails for some values, and what is withheld is converted first. */
export const conversions: readonly RecoveryProgram[] = [
  {
    name: 'a withheld provider number, by converting the larger of it and a guess',
    desk: 'clinic',
    endsBy: 'denial',
    recover: async (ask) => {
      const rest = await search(0, 1_000_000_000, async (bound) =>
        hasFailed(
          await ask(
            `select z::number(38, 0) as n from ${larger('npi', 'providers where provider_id = 3', `9${digits(bound - 1, 9)}`)}`,
          ),
        ),
      )
      return `9${digits(rest, 9)}`
    },
    truth: 'select npi from providers where provider_id = 3',
    honest: 'select npi, specialty from providers where provider_id = 3',
  },
  {
    name: 'the second of an admission, by counting what converts to a timestamp',
    desk: 'safe-harbor-research',
    endsBy: 'denial',
    recover: async (ask) => {
      const year = firstCell(await ask(`select admitted_at from ${encounter}`))
      const seconds = await search(0, 366 * 86_400, async (bound) =>
        hasFailed(
          await ask(`select count(z::timestamp_ntz) as n
            from ${larger('admitted_at::varchar', encounter, `${secondAfter(`${year}-01-01`, bound)} `)}`),
        ),
      )
      return secondAfter(`${year}-01-01`, seconds)
    },
    truth: `select left(admitted_at::varchar, 19) from ${encounter}`,
    honest: `select count(admitted_at) as n from ${encounter}`,
  },
  {
    name: 'the key behind a pseudonym, digit by digit, by TO_NUMBER of the larger of it and a guess',
    desk: 'limited-data-set',
    endsBy: 'denial',
    recover: async (ask) =>
      await searchDigits(async (bound) =>
        hasFailed(
          await ask(`select to_number(max(z)) as n from (
            select patient_id::varchar as z from patients where zip = '60642' and birth_date = '1939-09-10'
            union all select '${bound}')`),
        ),
      ),
    truth: `select patient_id::varchar from patients where zip = '60642' and birth_date = '1939-09-10'`,
    honest: `select patient_id from patients where zip = '60642' and birth_date = '1939-09-10'`,
  },
  {
    name: 'a bill to the cent, by TO_DOUBLE of the larger of it and a guess',
    desk: 'front-desk',
    endsBy: 'denial',
    recover: async (ask) => {
      const thousands = Number(firstCell(await ask(`select cost from ${encounter}`)))
      const write = (cents: number) => (thousands + cents / 100).toFixed(2)
      const cents = await search(0, 100_000, async (bound) =>
        hasFailed(
          await ask(`select to_double(z) as n from ${larger('cost::varchar', encounter, write(bound - 1))}`),
        ),
      )
      return write(cents)
    },
    truth: `select cost::varchar from ${encounter}`,
    honest: `select to_double(cost) as n from ${encounter}`,
  },
  {
    name: 'the area of an SSN, by a DATEDIFF that is withheld and converts the larger of it and a date',
    desk: 'clinic',
    endsBy: 'denial',
    recover: async (ask) => {
      const area = await search(0, 1000, async (bound) => {
        // The hyphen of an SSN comes before every digit of a year, so the date is larger from the area on.
        const date = `${digits(bound - 1, 3)}0-01-01`
        return !hasFailed(
          await ask(`select datediff(day, max(z), current_date()) as n from (
            select ssn as z from patients where patient_id = 7 union all select '${date}')`),
        )
      })
      return digits(area, 3)
    },
    truth: 'select left(ssn, 3) from patients where patient_id = 7',
    honest: 'select datediff(day, birth_date, current_date()) as n from patients where patient_id = 7',
  },
  {
    name: 'the second of an admission, by a number of seconds with more digits than its type',
    desk: 'clinic',
    endsBy: 'denial',
    recover: async (ask) => {
      const year = firstCell(await ask('select admitted_at from encounters where encounter_id = 5'))
      const seconds = await search(
        0,
        366 * 86_400,
        async (bound) =>
          !hasFailed(
            await ask(`select datediff(
                'second', '${secondAfter(`${year}-01-01`, bound - 1_000_000_000)}'::timestamp_ntz, admitted_at
              )::number(9, 0) as s from encounters where encounter_id = 5`),
          ),
      )
      return secondAfter(`${year}-01-01`, seconds)
    },
    truth: 'select left(admitted_at::varchar, 19) from encounters where encounter_id = 5',
    honest: `select datediff('second', '2020-01-01'::timestamp_ntz, admitted_at) as s from encounters
      where encounter_id = 5`,
  },
]
