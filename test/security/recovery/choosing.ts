import {
  cellsOf,
  dayAfter,
  digits,
  firstCell,
  type RecoveryProgram,
  rowsOf,
  search,
} from './recovery-program.ts'

const person = `zip = '60642' and birth_date = '1939-09-10'`
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

/** What is chosen, or found equal, among a value and others of the writer's choice tells the value. */
export const choosing: readonly RecoveryProgram[] = [
  {
    name: 'a ZIP, by a window that takes the larger of it and a text without an area',
    desk: 'clinic',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const area = firstCell(await ask('select zip from patients where patient_id = 7'))
      const rest = await search(0, 100, async (bound) => {
        const rows = rowsOf(
          await ask(`select max(z) over (order by k rows between unbounded preceding and unbounded following) as m
            from (select 1 as k, zip as z from patients where patient_id = 7
              union all select 2, '${area}${digits(bound - 1, 2)}x')`),
        )
        return cellsOf(rows[0])[0] === ''
      })
      return `${area}${digits(rest, 2)}`
    },
    truth: 'select zip from patients where patient_id = 7',
    honest: 'select zip, state from patients where patient_id = 7',
  },
  {
    name: 'a birth date, by the larger of it as a text and a text that is no date',
    desk: 'break-glass',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const year = firstCell(await ask('select birth_date from patients where patient_id = 1'))
      const days = await search(0, 366, async (bound) => {
        const day = dayAfter(`${year}-01-01`, bound - 1)
        return (
          firstCell(
            await ask(`select max(z) as m from (
              select birth_date::varchar as z from patients where patient_id = 1 union all select '${day}x')`),
          ) === ''
        )
      })
      return dayAfter(`${year}-01-01`, days)
    },
    truth: 'select birth_date::varchar from patients where patient_id = 1',
    honest: 'select max(birth_date) as m from patients where patient_id = 1',
  },
  {
    name: 'the key behind a pseudonym, by the pseudonyms of numbers that USING makes one column with it',
    desk: 'limited-data-set',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const token = firstCell(await ask(`select patient_id from patients where ${person}`))
      const rows = rowsOf(
        await ask(`select patient_id, g.k
          from (select column1 as patient_id, column1 as k
            from (values ${numbers(500).map((index) => `(${index + 1})`)})) as g
          left join encounters as e using (patient_id)`),
      )
      const found = rows.map(cellsOf).find(([shown]) => shown === token && shown !== '')
      return found?.[1] ?? null
    },
    truth: `select patient_id::varchar from patients where ${person}`,
    honest: `select patient_id, e.department from patients as p join encounters as e using (patient_id) where ${person}`,
  },
  {
    name: 'a ZIP, by INTERSECT with guesses, of a class that may be grouped by',
    desk: 'front-desk',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const area = firstCell(await ask('select zip from patients where patient_id = 7'))
      const rest = await search(0, 100, async (bound) => {
        const guesses = numbers(bound).map((last) => `('${area}${digits(last, 2)}')`)
        const rows = rowsOf(
          await ask(`select zip from patients where patient_id = 7
            intersect select column1 from (values ${guesses})`),
        )
        return rows.length > 0
      })
      return `${area}${digits(rest, 2)}`
    },
    truth: 'select zip from patients where patient_id = 7',
    honest: 'select zip, count(*) as n from patients group by zip',
  },
  {
    name: 'a ZIP, by EXCEPT guesses, with the subject in the outputs',
    desk: 'minimum-necessary: care',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const area = firstCell(await ask('select zip, patient_id from patients where patient_id = 7'))
      const rest = await search(0, 100, async (bound) => {
        const guesses = numbers(bound).map((last) => `(7, '${area}${digits(last, 2)}')`)
        const rows = rowsOf(
          await ask(`select patient_id, zip from patients where patient_id = 7
            except select column1, column2 from (values ${guesses})`),
        )
        return rows.length === 0
      })
      return `${area}${digits(rest, 2)}`
    },
    truth: 'select zip from patients where patient_id = 7',
    honest: 'select distinct patient_id, zip from patients where patient_id = 7',
  },
  {
    name: 'everybody of the same exact ZIP as a person whose ZIP is known, by counting different ones over a join',
    desk: 'clinic',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select q.patient_id, count(distinct p.zip) as n
          from patients as q join patients as p on p.patient_id in (1, q.patient_id)
          where q.patient_id <= 2000 group by q.patient_id order by 1`),
      )
      const same = rows.map(cellsOf).filter(([, count]) => count === '1')
      return same.length === 0 ? null : same.map(([id]) => id).join()
    },
    truth: `select listagg(patient_id, ',') within group (order by patient_id) from patients
      where zip = (select zip from patients where patient_id = 1)`,
    honest: 'select state, count(zip) as n from patients group by state',
  },
  {
    name: 'a ZIP, by the most frequent of it and guesses, of a class that may be grouped by',
    desk: 'front-desk',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const area = firstCell(await ask('select zip from patients where patient_id = 7'))
      const rest = await search(0, 100, async (bound) => {
        // Each guess comes twice and a text without an area three times: the value beside its guess comes three times,
        // and is the smaller of the two that do.
        const guesses = numbers(bound).map((last) => `('${area}${digits(last, 2)}')`)
        const rows = rowsOf(
          await ask(`select mode(z) as m from (
            select zip as z from patients where patient_id = 7 union all select zip from patients where patient_id = 7
            union all select column1 from (values ${guesses}) union all select column1 from (values ${guesses})
            union all select column1 from (values ('x'), ('x'), ('x')))`),
        )
        return cellsOf(rows[0])[0] !== ''
      })
      return `${area}${digits(rest, 2)}`
    },
    truth: 'select zip from patients where patient_id = 7',
    honest: 'select mode(zip) as m from patients',
  },
  {
    name: 'the key behind a pseudonym, by the pseudonyms of numbers that are counts of it',
    desk: 'limited-data-set',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const guesses = numbers(500).map((index) => `(${index + 1})`)
      const rows = rowsOf(
        await ask(`select null as k, patient_id from patients where ${person}
          union all
          select g.column1, count(p.patient_id) from patients as p cross join (values ${guesses}) as n
            join (values ${guesses}) as g on n.column1 <= g.column1 where ${person} group by g.column1`),
      ).map(cellsOf)
      const token = rows.find(([k]) => k === '')?.[1]
      return rows.find(([k, shown]) => k !== '' && shown !== '' && shown === token)?.[0] ?? null
    },
    truth: `select patient_id::varchar from patients where ${person}`,
    honest: `select e.department, count(p.patient_id) as n from patients as p
      join encounters as e on p.patient_id = e.patient_id group by e.department`,
  },
  {
    name: 'a ZIP, by INTERSECT with counts of it, of a class that may be grouped by',
    desk: 'front-desk',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const area = firstCell(await ask('select zip from patients where patient_id = 7'))
      const thousand = numbers(1000).map((index) => `(${index})`)
      const hundred = numbers(100).map((index) => `(${index})`)
      const rest = await search(0, 100, async (bound) => {
        const guesses = numbers(bound).map((last) => `(${area}${digits(last, 2)})`)
        const rows = rowsOf(
          await ask(`select zip from patients where patient_id = 7
            intersect
            select count(p.zip)::varchar from patients as p
              cross join (values ${thousand}) as a cross join (values ${hundred}) as b
              join (values ${guesses}) as g on a.column1 * 100 + b.column1 < g.column1
              where p.patient_id = 1 group by g.column1`),
        )
        return rows.length > 0
      })
      return `${area}${digits(rest, 2)}`
    },
    truth: 'select zip from patients where patient_id = 7',
    honest: 'select state, count(zip) as n from patients group by state',
  },
  {
    name: 'who has the same exact ZIP as a person whose ZIP is known, by counts of parts of one large group',
    desk: 'clinic',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const same = ['1']
      for (let from = 1401; from < 1601; from += 100) {
        const counts = numbers(100).map(
          (index) => `count(distinct iff(patient_id in (1, ${from + index}), zip, null)) as n${index}`,
        )
        const [row] = rowsOf(await ask(`select ${counts} from patients having count(*) >= 11`))
        cellsOf(row).forEach((count, index) => {
          if (count === '1') same.push(String(from + index))
        })
      }
      return same.length === 1 ? null : same.join()
    },
    truth: `select listagg(patient_id, ',') within group (order by patient_id) from patients
      where (patient_id = 1 or patient_id between 1401 and 1600)
        and zip = (select zip from patients where patient_id = 1)`,
    honest: 'select count(distinct zip) as n from patients having count(*) >= 11',
  },
  {
    name: 'who has the same exact ZIP as a person whose ZIP is known, by counts over a window of two',
    desk: 'clinic',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const same = ['1']
      for (let from = 1501; from < 1506; from += 1) {
        const [row] = rowsOf(
          await ask(`select max(iff(patient_id = 1, d, 0)) as n from (
            select patient_id, count(distinct zip) over (partition by iff(patient_id in (1, ${from}), 1, 0)) as d
            from patients) having count(*) >= 11`),
        )
        if (cellsOf(row)[0] === '1') same.push(String(from))
      }
      return same.length === 1 ? null : same.join()
    },
    truth: `select listagg(patient_id, ',') within group (order by patient_id) from patients
      where (patient_id = 1 or patient_id between 1501 and 1505)
        and zip = (select zip from patients where patient_id = 1)`,
  },
  {
    name: 'who has the same exact ZIP as a person whose ZIP is known, by counts in a group of eleven other areas',
    desk: 'clinic',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const others = rowsOf(
        await ask(`select state, min(patient_id) as p from patients where patient_id <= 2000 and state <> 'IL'
          group by state`),
      ).map((row) => cellsOf(row)[1])
      const same = ['1']
      for (const candidate of ['1502', '1503', '1509']) {
        const [row] = rowsOf(
          await ask(`select count(distinct zip) as n, count(*) as k from patients
            where patient_id in (1, ${candidate}, ${others.join()}) having count(*) >= 11`),
        )
        const [different, rows] = cellsOf(row)
        if (different !== '' && Number(different) < Number(rows)) same.push(candidate)
      }
      return same.length === 1 ? null : same.join()
    },
    truth: `select listagg(patient_id, ',') within group (order by patient_id) from patients
      where patient_id in (1, 1502, 1503, 1509) and zip = (select zip from patients where patient_id = 1)`,
    honest: 'select state, count(*) as n from patients group by state having count(*) >= 11',
  },
]
