import { cellsOf, dayAfter, type RecoveryProgram, rowsOf } from './recovery-program.ts'

const there = `sex = 'F' and state = 'VT'`
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)
const listed = (values: readonly string[]): string | null =>
  values.length === 0 ? null : [...values].sort().join(' ')

/** A difference of dates is an age only where its unit is years and its other end is today. */
export const ages: readonly RecoveryProgram[] = [
  {
    name: 'the birth dates of a whole state, by differences in days with a calendar made of other rows',
    desk: 'safe-harbor-research',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      // Between 0 and 89 days are shown as they are: every date is in one such window at least.
      const rows = rowsOf(
        await ask(`select e.encounter_id as k, datediff(day, p.birth_date,
            dateadd(day, e.encounter_id * 90 - 1, '1920-01-01'::date)) as d
          from patients as p cross join encounters as e where ${there} and e.encounter_id <= 440`),
      )
      const dates = rows.map(cellsOf).flatMap(([k, days]) => {
        if (!/^\d+$/.test(days ?? '')) return []
        return dayAfter('1920-01-01', Number(k) * 90 - 1 - Number(days))
      })
      return listed(dates)
    },
    truth: `select listagg(birth_date::varchar, ' ') within group (order by birth_date)
      from patients where ${there}`,
    honest: `select datediff(year, birth_date, current_date()) as age from patients where ${there}`,
  },
  {
    name: 'the years of birth of people over 89, by their ages on a day long ago',
    desk: 'safe-harbor-research',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select birth_date, datediff(year, birth_date, '1960-06-15'::date) as then
          from patients where sex = 'F'`),
      )
      const old = rows.map(cellsOf).filter(([year, then]) => year === '90 or over' && then !== '')
      return listed(old.map(([, then]) => String(1960 - Number(then))))
    },
    truth: `select listagg(year(birth_date)::varchar, ' ') within group (order by birth_date)
      from patients where sex = 'F' and year(birth_date) <= 1936`,
    honest: `select birth_date from patients where sex = 'F'`,
  },
  {
    name: 'the birth dates of a whole state, by a column of days for each quarter of each year',
    desk: 'safe-harbor-research',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const dates: string[] = []
      for (let from = 0; from < 440; from += 110) {
        const columns = numbers(110).map(
          (index) =>
            `datediff('day', birth_date, '${dayAfter('1920-01-01', (from + index) * 90 + 89)}'::date) as d${index}`,
        )
        const rows = rowsOf(await ask(`select ${columns.join()} from patients where ${there}`))
        for (const row of rows)
          cellsOf(row).forEach((days, index) => {
            if (/^\d+$/.test(days))
              dates.push(dayAfter('1920-01-01', (from + index) * 90 + 89 - Number(days)))
          })
      }
      return listed(dates)
    },
    truth: `select listagg(birth_date::varchar, ' ') within group (order by birth_date)
      from patients where ${there}`,
  },
  {
    name: 'the months of birth of a whole state, by differences in months',
    desk: 'safe-harbor-research',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const months: string[] = []
      const ends = numbers(18).map((index) => (index + 1) * 90 - 1)
      const sql = ends.map(
        (end, index) => `datediff(month, birth_date, '${dayOfMonth(end)}'::date) as d${index}`,
      )
      const rows = rowsOf(await ask(`select ${sql.join()} from patients where ${there}`))
      for (const row of rows)
        cellsOf(row).forEach((count, index) => {
          if (/^\d+$/.test(count)) months.push(dayOfMonth(ends[index]! - Number(count)).slice(0, 7))
        })
      return listed(months)
    },
    truth: `select listagg(left(birth_date::varchar, 7), ' ') within group (order by birth_date)
      from patients where ${there}`,
  },
]

/** The first day of a month, counted from January 1920. */
const dayOfMonth = (months: number): string => new Date(Date.UTC(1920, months, 1)).toISOString().slice(0, 10)
