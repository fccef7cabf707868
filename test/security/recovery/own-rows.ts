import { cellsOf, firstCell, type RecoveryProgram, rowsOf } from './recovery-program.ts'

const namesOfCallbacks = `select listagg(last_name, ' ') within group (order by last_name)
  from patients where patient_id between 101 and 140`
const reasons = `select listagg(distinct reason, ', ') within group (order by reason)
  from reasons where visit_id <= 200`
const bill = 'select cost::varchar from encounters where encounter_id = 5'

/** The names beside the one subject that was counted. */
const sorted = (names: readonly string[], separator: string): string | null =>
  names.length > 20 ? [...names].sort().join(separator) : null

/** Who writes rows decides whose they are said to be, how large their group is, and under which rule they are read. */
export const ownRows: readonly RecoveryProgram[] = [
  {
    name: 'a whole SSN, by copying it to where a rule shows it',
    desk: 'ward: intake',
    endsBy: 'denial',
    recover: async (ask) => {
      rowsOf(
        await ask(
          'insert into callbacks (patient_id, ssn) select 70001, ssn from patients where patient_id = 7',
        ),
      )
      return firstCell(await ask('select ssn from callbacks where patient_id = 70001'))
    },
    truth: 'select ssn from patients where patient_id = 7',
    honest:
      'insert into callbacks (patient_id, remark) select patient_id, sex from patients where patient_id = 7',
  },
  {
    name: 'a whole ZIP, by an update from where it is masked',
    desk: 'ward: intake',
    endsBy: 'denial',
    recover: async (ask) => {
      rowsOf(await ask('insert into callbacks (patient_id) values (70002)'))
      rowsOf(
        await ask(`update callbacks as c set zip = p.zip from patients as p
          where c.patient_id = 70002 and p.patient_id = 7`),
      )
      return firstCell(await ask('select zip from callbacks where patient_id = 70002'))
    },
    truth: 'select zip from patients where patient_id = 7',
    honest: "update callbacks set remark = 'called' where patient_id = 101",
  },
  {
    name: 'a last name, by a merge from where it is masked',
    desk: 'ward: intake',
    endsBy: 'denial',
    recover: async (ask) => {
      rowsOf(
        await ask(`merge into callbacks as c
          using (select patient_id + 70000 as k, last_name from patients where patient_id = 7) as p
          on c.patient_id = p.k
          when not matched then insert (patient_id, last_name) values (p.k, p.last_name)`),
      )
      return firstCell(await ask('select last_name from callbacks where patient_id = 70007'))
    },
    truth: 'select last_name from patients where patient_id = 7',
    honest: `merge into callbacks as c using (select patient_id, sex from patients where patient_id = 7) as p
      on c.patient_id = p.patient_id
      when not matched then insert (patient_id, remark) values (p.patient_id, p.sex)`,
  },
  {
    name: 'the names of 40 people, beside one subject, by writing whose the rows are',
    desk: 'ward: people',
    endsBy: 'denial',
    recover: async (ask) => {
      rowsOf(await ask('update callbacks set patient_id = 1'))
      const rows = rowsOf(await ask('select patient_id, last_name from callbacks where zip is not null'))
      return sorted(
        rows.map((row) => cellsOf(row)[1]!).filter((name) => name !== ''),
        ' ',
      )
    },
    truth: namesOfCallbacks,
    honest: "update callbacks set remark = 'called'",
  },
  {
    name: 'the names of 40 people, beside one subject, by a merge that writes whose the rows are',
    desk: 'ward: people',
    endsBy: 'denial',
    recover: async (ask) => {
      rowsOf(
        await ask(`merge into callbacks as c using (select 2 as k) as s on true
          when matched then update set patient_id = s.k`),
      )
      const rows = rowsOf(await ask('select patient_id, last_name from callbacks where zip is not null'))
      return sorted(
        rows.map((row) => cellsOf(row)[1]!).filter((name) => name !== ''),
        ' ',
      )
    },
    truth: namesOfCallbacks,
  },
  {
    name: 'the reasons of 200 visits, beside one subject, by visits of its own that are said to be theirs',
    desk: 'ward: people',
    endsBy: 'denial',
    recover: async (ask) => {
      const visits = Array.from({ length: 200 }, (_, index) => `(${index + 1}, 9001)`)
      rowsOf(await ask(`insert into visits (visit_id, patient_id) values ${visits}`))
      const rows = rowsOf(
        await ask(`select distinct v.patient_id, r.reason from visits as v
          join reasons as r on r.visit_id = v.visit_id where v.patient_id = 9001`),
      )
      const found = [...new Set(rows.map((row) => cellsOf(row)[1]!))].sort()
      return found.length > 5 ? found.join(', ') : null
    },
    truth: reasons,
    honest: 'select patient_id, department from visits where patient_id = 7',
  },
  {
    name: 'the reasons of 200 visits, of one named subject, by visits of its own that are said to be theirs',
    desk: 'ward: people',
    endsBy: 'denial',
    recover: async (ask) => {
      const visits = Array.from({ length: 200 }, (_, index) => `(${index + 1}, 9002)`)
      rowsOf(await ask(`insert into visits (visit_id, patient_id) values ${visits}`))
      const rows = rowsOf(
        await ask(`select distinct r.reason from visits as v
          join reasons as r on r.visit_id = v.visit_id where v.patient_id = 9002`),
      )
      const found = rows.map((row) => cellsOf(row)[0]!).sort()
      return found.length > 5 ? found.join(', ') : null
    },
    truth: reasons,
    honest: 'select department from visits where patient_id = 7',
  },
  {
    name: 'one bill, by a group that is filled up with rows of its own without a bill',
    desk: 'ward: booking',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = Array.from({ length: 11 }, (_, index) => `(${800_000 + index}, ${800_000 + index})`)
      rowsOf(await ask(`insert into visits (visit_id, patient_id) values ${rows}`))
      const answer = await ask(`select avg(cost) as a from visits
        where visit_id = 5 or visit_id >= 800000 having count(*) >= 11`)
      return Number(firstCell(answer)).toFixed(2)
    },
    truth: bill,
    honest: "insert into visits (visit_id, patient_id, department) values (900000, 7, 'Surgery')",
  },
  {
    name: 'one bill, by a group of different people of whom eleven are of its own',
    desk: 'ward: booking',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = Array.from({ length: 11 }, (_, index) => `(${810_000 + index}, ${810_000 + index})`)
      rowsOf(await ask(`insert into visits (visit_id, patient_id) values ${rows}`))
      const answer = await ask(`select sum(cost) as s from visits
        where visit_id = 5 or visit_id >= 810000 having count(distinct patient_id) >= 11`)
      return Number(firstCell(answer)).toFixed(2)
    },
    truth: bill,
  },
  {
    name: 'one bill, by a sum to which a list of its own adds it a thousand times',
    desk: 'ward: planning',
    endsBy: 'denial',
    recover: async (ask) => {
      const others = Array.from({ length: 60 }, (_, index) => `(${index + 1})`)
      const mine = Array.from({ length: 1000 }, () => '(5)')
      rowsOf(await ask(`insert into roster (visit_id) values ${others}`))
      const sum = async () =>
        Number(
          firstCell(
            await ask(`select sum(v.cost) as s from visits as v join roster as r on v.visit_id = r.visit_id
              having count(distinct v.patient_id) >= 11`),
          ),
        )
      const before = await sum()
      rowsOf(await ask(`insert into roster (visit_id) values ${mine}`))
      return (((await sum()) - before) / 1000).toFixed(2)
    },
    truth: bill,
    honest: `select department, avg(cost) as c from visits group by department
      having count(distinct patient_id) >= 11`,
  },
  {
    name: 'a medical record number in one statement, by five hundred sets of binds',
    desk: 'ward: registry',
    endsBy: 'denial',
    recover: async (ask) => {
      const guesses = Array.from({ length: 500 }, (_, index) => [
        index + 1,
        `MRN-${String(index + 1).padStart(8, '0')}`,
      ])
      rowsOf(
        await ask(
          `insert into roster (visit_id) select 500000 + ?::number from patients
            where patient_id = 7 and mrn = ?::varchar`,
          { binds: guesses },
        ),
      )
      const entry = Number(firstCell(await ask('select visit_id from roster where visit_id > 500000')))
      return `MRN-${String(entry - 500_000).padStart(8, '0')}`
    },
    truth: 'select mrn from patients where patient_id = 7',
    honest: `insert into roster (patient_id) select patient_id from patients where mrn = 'MRN-00000007'`,
  },
]
