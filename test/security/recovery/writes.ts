import {
  cellsOf,
  digits,
  firstCell,
  hasFailed,
  type RecoveryProgram,
  rowsOf,
  search,
} from './recovery-program.ts'

const syllables = 'ba de fi go hu ka le mi no pu ra se ti vo wu ze'.split(' ')
/** A list of first names, as it is found in any library. */
const firstNames = syllables.flatMap((first) =>
  syllables.flatMap((second) => syllables.map((third) => `Xy${first}${second}${third}`)),
)

/** What is written and read back passes for a stored value. */
export const writes: readonly RecoveryProgram[] = [
  {
    name: 'a first name, by the pseudonyms of all first names, written behind a union with nobody',
    desk: 'front-desk',
    endsBy: 'denial',
    recover: async (ask) => {
      const token = firstCell(await ask('select first_name from patients where patient_id = 7'))
      for (let from = 0; from < firstNames.length; from += 512) {
        const entries = firstNames
          .slice(from, from + 512)
          .map((name, index) => `(${from + index}, '${name}')`)
        rowsOf(
          await ask(`insert into worklist (entry, first_name)
            select patient_id, first_name from patients where patient_id < 0
            union all select column1, column2 from (values ${entries})`),
        )
      }
      const rows = rowsOf(await ask('select entry, first_name from worklist where entry < 4096')).map(cellsOf)
      const found = rows.find(([, shown]) => shown === token)
      return found === undefined ? null : (firstNames[Number(found[0])] ?? null)
    },
    truth: 'select first_name from patients where patient_id = 7',
    honest: `insert into worklist (entry, first_name, born)
      select patient_id, first_name, birth_date from patients where patient_id = 7`,
  },
  {
    name: 'a first name, by a merge that copies in one clause and writes guesses in the other',
    desk: 'front-desk',
    endsBy: 'denial',
    recover: async (ask) => {
      const token = firstCell(await ask('select first_name from patients where patient_id = 7'))
      for (let from = 0; from < firstNames.length; from += 512) {
        const entries = firstNames
          .slice(from, from + 512)
          .map((name, index) => `(${10_000 + from + index}, '${name}')`)
        rowsOf(
          await ask(`merge into worklist as w
            using (select g.column1 as k, g.column2 as guess, p.first_name
              from (values ${entries}) as g cross join patients as p where p.patient_id = 7) as s
            on w.entry = s.k
            when matched then update set first_name = s.first_name
            when not matched then insert (entry, first_name) values (s.k, s.guess)`),
        )
      }
      const rows = rowsOf(
        await ask('select entry, first_name from worklist where entry between 10000 and 14095'),
      ).map(cellsOf)
      const found = rows.find(([, shown]) => shown === token)
      return found === undefined ? null : (firstNames[Number(found[0]) - 10_000] ?? null)
    },
    truth: 'select first_name from patients where patient_id = 7',
    honest: `merge into worklist as w
      using (select patient_id as k, first_name from patients where patient_id = 7) as s on w.entry = s.k
      when matched then update set first_name = s.first_name
      when not matched then insert (entry, first_name) values (s.k, s.first_name)`,
  },
  {
    name: 'a ZIP, by writing the larger of it and a guess, and reading it',
    desk: 'front-desk',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const area = firstCell(await ask('select zip from patients where patient_id = 7'))
      let entry = 20_000
      const rest = await search(0, 100, async (bound) => {
        entry += 1
        rowsOf(
          await ask(`insert into worklist (entry, zip) select ${entry}, max(z) from (
            select zip as z from patients where patient_id = 7
            union all select '${area}${digits(bound - 1, 2)}x')`),
        )
        return firstCell(await ask(`select zip from worklist where entry = ${entry}`)) === ''
      })
      return `${area}${digits(rest, 2)}`
    },
    truth: 'select zip from patients where patient_id = 7',
    honest: 'insert into worklist (entry, zip) select 7, zip from patients where patient_id = 7',
  },
  {
    name: 'a whole ZIP, by writing the text of its number',
    desk: 'front-desk',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      rowsOf(
        await ask(`insert into worklist (entry, zip)
          select 30001, zip::number::varchar from patients where patient_id = 9001`),
      )
      const shown = firstCell(await ask('select zip from worklist where entry = 30001'))
      return shown === '' ? null : shown.padStart(5, '0')
    },
    truth: 'select zip from patients where patient_id = 9001',
  },
  {
    name: 'a bill to the cent, by whether the larger of it and a guess can be written',
    desk: 'front-desk',
    endsBy: 'denial',
    recover: async (ask) => {
      const thousands = Number(firstCell(await ask('select cost from encounters where encounter_id = 5')))
      const write = (cents: number) => (thousands + cents / 100).toFixed(2)
      const cents = await search(0, 100_000, async (bound) =>
        hasFailed(
          await ask(`insert into worklist (entry, bill) select 40001, max(z) from (
            select cost::varchar as z from encounters where encounter_id = 5
            union all select '${write(bound - 1)}x')`),
        ),
      )
      return write(cents)
    },
    truth: 'select cost::varchar from encounters where encounter_id = 5',
    honest:
      'insert into worklist (entry, bill) select encounter_id, cost from encounters where encounter_id = 5',
  },
]
