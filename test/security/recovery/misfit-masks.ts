import { cellsOf, type RecoveryProgram, rowsOf } from './recovery-program.ts'

/** A mask that goes by position or form, over a value that was converted. */
export const misfitMasks: readonly RecoveryProgram[] = [
  {
    name: 'the whole ZIP of everybody whose ZIP begins with two zeros, as a number',
    desk: 'safe-harbor-research',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select zip, to_char(to_number(zip)) as z from patients where state = 'NY'`),
      )
      const whole = rows.map(cellsOf).filter(([area, shown]) => area === '005' && shown !== '')
      return whole.length === 0 ? null : whole.map(([, shown]) => shown!.padStart(5, '0')).join()
    },
    truth: `select listagg(zip, ',') from patients where zip like '00%'`,
    honest: `select zip from patients where state = 'NY'`,
  },
  {
    name: 'the hour of an admission on the last day of a year, by the time zone of the session',
    desk: 'front-desk',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      // In which zone does the year of the admission turn?
      for (let hours = 1; hours <= 12; hours += 1) {
        rowsOf(await ask(`alter session set timezone = 'Etc/GMT+${hours}'`))
        const [stored, moved] = cellsOf(
          rowsOf(
            await ask(`select admitted_at, admitted_at::timestamp_ltz as moved
              from encounters where encounter_id = 3143`),
          )[0],
        )
        if (moved === '') return null
        if (stored !== moved) return `${stored}-12-31 ${24 - hours}`
      }
      return null
    },
    truth: 'select left(admitted_at::varchar, 13) from encounters where encounter_id = 3143',
    honest: 'select admitted_at from encounters where encounter_id = 3143',
  },
  {
    name: 'the day that a provider number is as a number of seconds, beside its last four digits',
    desk: 'front-desk',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const shown = rowsOf(
        await ask(`select npi, to_timestamp(npi::number)::date::varchar as d
          from providers where provider_id = 3`),
      ).map((row) => cellsOf(row).map((text) => text.slice(-4)))
      // Of the numbers with these last four digits, one in 400 falls on such a day.
      return /^\d-\d\d$/.test(shown[0]?.[1] ?? '') ? shown[0]!.join(' ') : null
    },
    truth: `select right(npi, 4) || ' ' || right(to_timestamp(npi::number)::date::varchar, 4)
      from providers where provider_id = 3`,
    honest: 'select npi from providers where provider_id = 3',
  },
  {
    name: 'who was discharged on the same day, by the pseudonym of the day of a moment',
    desk: 'front-desk',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select encounter_id, discharged_at::date as d from encounters
          where encounter_id <= 1000 order by encounter_id`),
      ).map(cellsOf)
      const mine = rows.find(([id]) => id === '5')?.[1]
      return mine === undefined || mine === ''
        ? null
        : rows
            .filter(([, day]) => day === mine)
            .map(([id]) => id)
            .join()
    },
    truth: `select listagg(encounter_id, ',') within group (order by encounter_id) from encounters
      where encounter_id <= 1000
        and discharged_at::date = (select discharged_at::date from encounters where encounter_id = 5)`,
    honest: 'select encounter_id, discharged_at from encounters where encounter_id <= 1000',
  },
  {
    name: 'the whole ZIP of a patient whose ZIP begins with two zeros, through FLOAT',
    desk: 'clinic',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const [area, shown] = cellsOf(
        rowsOf(
          await ask(`select zip, to_double(zip)::varchar as z from patients where patient_id = 9001`),
        )[0],
      )
      return area === '005' && shown !== '' ? `00${shown}` : null
    },
    truth: 'select zip from patients where patient_id = 9001',
    honest: 'select zip::varchar as z from patients where patient_id = 9001',
  },
  {
    name: 'a whole SSN, by the ends of what is computed from it, of a class that one rule reveals and one tightens',
    desk: 'social-work',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const [last, middle, first] = cellsOf(
        rowsOf(
          await ask('select ssn, left(ssn, 8) as m, reverse(ssn) as r from patients where patient_id = 7'),
        )[0],
      ).map((text) => text.replace('***', ''))
      if (first === undefined || first === '') return null
      return `${[...first].reverse().join('')}${middle!.slice(0, 3)}${last}`
    },
    truth: 'select ssn from patients where patient_id = 7',
    honest: 'select ssn, zip, birth_date from patients where patient_id = 7',
  },
  {
    name: 'the ZIPs of a state, by the ends of them as areas, of a class that one rule reveals and one tightens',
    desk: 'social-work',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select zip, right(zip, 3) as r from patients where state = 'VT' order by patient_id`),
      ).map(cellsOf)
      const whole = rows.map(([area, end]) => `05${end || area}`)
      return whole.every((zip) => zip.length === 5) ? whole.join() : null
    },
    truth: `select listagg(zip, ',') within group (order by patient_id) from patients where state = 'VT'`,
    honest: `select zip from patients where state = 'VT'`,
  },
]
