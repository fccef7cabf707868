import {
  cellsOf,
  dayAfter,
  digits,
  firstCell,
  hasFailed,
  type RecoveryProgram,
  rowsOf,
  search,
} from './recovery-program.ts'

const chart = 'select mrn from patients where patient_id = 7'
const person = `p.zip = '60642' and p.birth_date = '1939-09-10'`
const theirs = `select mrn from patients where zip = '60642' and birth_date = '1939-09-10'`
const recordNumber = (value: number): string => `MRN-${digits(value, 8)}`

/** Eight digits, each found among ten by a question about it. */
const digitByDigit = async (
  isAtMost: (place: number, digit: number, before: string) => Promise<boolean>,
): Promise<string> => {
  let found = ''
  for (let place = 0; place < 8; place += 1)
    found += String(await search(0, 10, async (digit) => await isAtMost(place, digit - 1, found)))
  return `MRN-${found}`
}

/** A use that was meant for a look-up answers every question about the value. */
export const uses: readonly RecoveryProgram[] = [
  {
    name: 'a medical record number, by comparing it in a filter that is there to find charts',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const isBelow = async (bound: number) =>
        rowsOf(
          await ask(
            `select patient_id from patients where patient_id = 7 and mrn < '${recordNumber(bound)}'`,
          ),
        ).length > 0
      return recordNumber(await search(0, 100_000_000, isBelow))
    },
    truth: chart,
    honest: `select patient_id from patients where mrn = 'MRN-00000007'`,
  },
  {
    name: 'a medical record number, digit by digit, by LIKE',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) =>
      await digitByDigit(async (_place, digit, before) => {
        const likes = Array.from({ length: digit + 1 }, (_, first) => `mrn like 'MRN-${before}${first}%'`)
        const sql = `select patient_id from patients where patient_id = 7 and (${likes.join(' or ')})`
        return rowsOf(await ask(sql)).length > 0
      }),
    truth: chart,
    honest: `select patient_id from patients where mrn in ('MRN-00000007', 'MRN-00000008')`,
  },
  {
    name: 'a medical record number, digit by digit, by what is computed from it in a filter',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) =>
      await digitByDigit(async (place, digit) => {
        const sql = `select patient_id from patients
          where patient_id = 7 and substr(mrn, ${place + 5}, 1) between '0' and '${digit}'`
        return rowsOf(await ask(sql)).length > 0
      }),
    truth: chart,
    honest: 'select patient_id, sex from patients where patient_id = 7',
  },
  {
    name: 'a medical record number in three statements, by joining with a thousand bounds at a time',
    desk: 'limited-data-set',
    endsBy: 'denial',
    recover: async (ask) => {
      let [from, step] = [0, 1_000_000]
      for (; step >= 1; step /= 1000) {
        const bounds = Array.from(
          { length: 1000 },
          (_, index) => `(${index}, '${recordNumber(from + index * step)}')`,
        )
        const rows = rowsOf(
          await ask(`select g.column1 as k from patients as p
            join (values ${bounds}) as g on p.mrn >= g.column2 where ${person}`),
        )
        from += Math.max(...rows.map((row) => Number(cellsOf(row)[0]))) * step
      }
      return recordNumber(from)
    },
    truth: theirs,
    honest: `select p.patient_id, e.department from patients as p
      join encounters as e on p.patient_id = e.patient_id where ${person}`,
  },
  {
    name: 'a medical record number, digit by digit, by joining on LIKE',
    desk: 'limited-data-set',
    endsBy: 'denial',
    recover: async (ask) => {
      let found = ''
      for (let place = 0; place < 8; place += 1) {
        const patterns = Array.from({ length: 10 }, (_, digit) => `(${digit}, 'MRN-${found}${digit}%')`)
        found += firstCell(
          await ask(`select g.column1 as k from patients as p
            join (values ${patterns}) as g on p.mrn like g.column2 where ${person}`),
        )
      }
      return `MRN-${found}`
    },
    truth: theirs,
  },
  {
    name: 'the medical record number behind a pseudonym, by joining with five hundred at a time',
    desk: 'limited-data-set',
    endsBy: 'denial',
    recover: async (ask) => {
      const guesses = Array.from({ length: 500 }, (_, index) => `(${index}, '${recordNumber(index)}')`)
      return recordNumber(
        Number(
          firstCell(
            await ask(`select g.column1 as k from patients as p
              join (values ${guesses}) as g on p.mrn = g.column2 where ${person}`),
          ),
        ),
      )
    },
    truth: theirs,
  },
  {
    name: 'a ZIP, by how many groups there are by what is computed from it',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const area = firstCell(await ask('select zip, patient_id from patients where patient_id = 7'))
      const rest = await search(0, 100, async (bound) => {
        const isBelow = `zip < '${area}${digits(bound, 2)}'`
        const rows = rowsOf(
          await ask(`select count(*) as n from patients where patient_id in (1, 7)
            group by iff(patient_id = 7, ${isBelow}, true)`),
        )
        return rows.length === 1
      })
      return `${area}${digits(rest, 2)}`
    },
    truth: 'select zip from patients where patient_id = 7',
    honest: 'select patient_id, zip from patients where patient_id = 7 group by patient_id, zip',
  },
  {
    name: 'a ZIP, by a division in the grouping',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const area = firstCell(await ask('select zip, patient_id from patients where patient_id = 7'))
      const rest = await search(0, 100, async (bound) =>
        hasFailed(
          await ask(`select patient_id, zip from patients where patient_id = 7
            group by patient_id, zip, 1 / iff(zip < '${area}${digits(bound, 2)}', 0, 1)`),
        ),
      )
      return `${area}${digits(rest, 2)}`
    },
    truth: 'select zip from patients where patient_id = 7',
  },
  {
    name: 'the day of an admission, by the order of large groups that stand for days',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) => {
      const having = 'group by department having count(*) >= 11'
      const sortedBy = async (key: string): Promise<readonly string[]> =>
        rowsOf(await ask(`select department, count(*) as n from encounters ${having} order by ${key}`)).map(
          (row) => cellsOf(row)[0]!,
        )
      const [mine, ...others] = await sortedBy('max(iff(encounter_id = 5, 1, 0)) desc')
      let [from, above] = [0, 1200]
      while (above - from > 1) {
        const days = others.map((_, index) =>
          Math.floor(from + ((above - from) * (index + 1)) / (others.length + 1)),
        )
        const values = others.map(
          (name, index) => `when department = '${name}' then '${dayAfter('2023-01-01', days[index]!)}'`,
        )
        const sorted = await sortedBy(`max(case when encounter_id = 5 then dateadd(second, 1, admitted_at)
          ${values.join(' ')} else '2000-01-01' end)`)
        const before = new Set(sorted.slice(0, sorted.indexOf(mine!)))
        from = Math.max(from, ...days.filter((_, index) => before.has(others[index]!)))
        above = Math.min(above, ...days.filter((_, index) => !before.has(others[index]!)))
      }
      return dayAfter('2023-01-01', from)
    },
    truth: 'select left(admitted_at::varchar, 10) from encounters where encounter_id = 5',
  },
  {
    name: 'a medical record number in one statement, by looking it up among all that two lists make',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const list = (count: number) => Array.from({ length: count }, (_, index) => `(${index})`).join()
      const rows = rowsOf(
        await ask(`select p.patient_id, a.column1 as a, b.column1 as b
          from patients as p, (values ${list(100)}) as a, (values ${list(1000)}) as b
          where p.patient_id = 7
            and p.mrn = 'MRN-' || lpad((a.column1 * 1000 + b.column1)::varchar, 8, '0')`),
      )
      const [row] = rows
      return row === undefined ? null : recordNumber(Number(row.A) * 1000 + Number(row.B))
    },
    truth: chart,
    honest: `select patient_id, sex from patients where mrn = 'MRN-00000007'`,
  },
  {
    name: 'a medical record number, by looking it up in half of all that two lists make',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const list = (count: number) => Array.from({ length: count }, (_, index) => `(${index})`).join()
      const isBelow = async (bound: number) => {
        const rows = rowsOf(
          await ask(`select patient_id from patients where patient_id = 7 and mrn in (
            select 'MRN-' || lpad((a.column1 * 1000 + b.column1)::varchar, 8, '0')
            from (values ${list(100)}) as a, (values ${list(1000)}) as b
            where a.column1 * 1000 + b.column1 < ${bound})`),
        )
        return rows.length > 0
      }
      return recordNumber(await search(0, 100_000, isBelow))
    },
    truth: chart,
    honest: `select patient_id from patients
      where patient_id in (select e.patient_id from encounters as e where e.encounter_id = 5)`,
  },
  {
    name: 'a medical record number, by looking it up in a hundred lists of ninety-nine',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const isBelow = async (bound: number) => {
        const lists = Array.from({ length: Math.ceil(bound / 99) }, (_, list) => {
          const length = Math.min(99, bound - list * 99)
          const written = Array.from({ length }, (_, index) => `'${recordNumber(list * 99 + index)}'`)
          return `mrn in (${written})`
        })
        const sql = `select patient_id from patients where patient_id = 7 and (${lists.join(' or ')})`
        return rowsOf(await ask(sql)).length > 0
      }
      return recordNumber(await search(0, 9900, isBelow))
    },
    truth: chart,
    honest: `select patient_id from patients where mrn = 'MRN-00000007' or mrn = 'MRN-00000008'`,
  },
  {
    name: 'how many days lie between the births of two people, by frames of a window that may order them',
    desk: 'front-desk',
    endsBy: 'denial',
    recover: async (ask) => {
      const isWithin = async (days: number) => {
        const frame = `range between interval '${days} days' preceding and interval '${days} days' following`
        const sql = `select patient_id from patients where patient_id in (7, 8)
          qualify count(*) over (order by birth_date ${frame}) = 2`
        return rowsOf(await ask(sql)).length > 0
      }
      return String(await search(0, 40_000, async (days) => await isWithin(days - 1)))
    },
    truth: `select abs(datediff(day, min(iff(patient_id = 7, birth_date, null)),
      min(iff(patient_id = 8, birth_date, null)))) from patients`,
    honest: `select patient_id from patients where patient_id in (7, 8)
      qualify count(*) over (order by birth_date) = 1`,
  },
]
