import { type RecoveryProgram, rowsOf } from './recovery-program.ts'

const namesOf = (people: number): string =>
  `select listagg(last_name, ' ') within group (order by last_name) from patients where patient_id <= ${people}`
const everybody = namesOf(500)

/** All the names of a cell or a column, whoever the rows are said to be about. */
const namesIn = (names: unknown): string | null =>
  Array.isArray(names) && names.length > 20 ? [...names].sort().join(' ') : null

/** People beside the subject of somebody else, or of nobody. */
export const subjects: readonly RecoveryProgram[] = [
  {
    name: 'the names of 500 people, beside the subject of none, by ROLLUP',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select patient_id, array_agg(last_name) as names from patients where patient_id <= 500
          group by rollup(patient_id) having patient_id is null`),
      )
      return namesIn(rows[0]?.NAMES)
    },
    truth: everybody,
    honest:
      'select patient_id, array_agg(last_name) as names from patients where patient_id <= 5 group by patient_id',
  },
  {
    name: 'the names of 500 people, beside the subject of one, by a window over groups of one',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select patient_id, array_agg(min(last_name)) over () as names from patients
          where patient_id <= 500 group by patient_id limit 1`),
      )
      return namesIn(rows[0]?.NAMES)
    },
    truth: everybody,
    honest:
      'select patient_id, min(last_name) as name from patients where patient_id = 7 group by patient_id',
  },
  {
    name: 'the names of 500 people, beside the subject of one, by a grouping in a subquery about something else',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select patient_id, array_agg(last_name) over () as names from patients
          where patient_id <= 500
            and exists (select 1 from encounters as e where e.cost > 0 group by e.patient_id) limit 1`),
      )
      return namesIn(rows[0]?.NAMES)
    },
    truth: everybody,
    honest: `select p.patient_id, p.last_name from patients as p
      where p.patient_id <= 5 and exists (select 1 from encounters as e where e.patient_id = p.patient_id)`,
  },
  {
    name: 'the names of 500 people, beside the subject of nobody, in one large group',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select array_agg(last_name) as names from patients
          where patient_id <= 500 having count(*) >= 11`),
      )
      return namesIn(rows[0]?.NAMES)
    },
    truth: everybody,
    honest: 'select state, count(*) as n from patients group by state having count(*) >= 11',
  },
  {
    name: 'the names of 40 people, in letters of the statement that a join chooses, beside the subject of nobody',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const letters = [...'Zqabcdefghijklmnopqrstuvwxyz']
      const guesses = Array.from({ length: 16 }, (_, place) => place + 1).flatMap((place) =>
        letters.map((letter) => `(${place}, '${letter}')`),
      )
      const people = Array.from({ length: 40 }, (_, index) => `(${index + 101})`)
      const rows = rowsOf(
        await ask(`select distinct i.column1 as who, g.column1 as place, g.column2 as letter
          from (values ${people}) as i join patients as p on p.patient_id = i.column1
          join (values ${guesses}) as g on substr(p.last_name, g.column1, 1) = g.column2 order by 1, 2`),
      )
      const names = new Map<unknown, string>()
      for (const { WHO, LETTER } of rows) names.set(WHO, `${names.get(WHO) ?? ''}${LETTER}`)
      return names.size < 40 ? null : [...names.values()].join(' ')
    },
    truth: `select listagg(last_name, ' ') within group (order by patient_id) from patients
      where patient_id between 101 and 140`,
    honest: 'select p.patient_id, p.last_name from patients as p where p.patient_id = 101',
  },
  {
    name: 'the names of 400 people, beside the subject of nobody, by an outer join with no rows',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select e.patient_id, p.last_name from patients as p
          left join (select patient_id from encounters where encounter_id < 0) as e
            on e.patient_id = p.patient_id
          where p.patient_id <= 400`),
      )
      return namesIn(rows.map(({ LAST_NAME }) => LAST_NAME))
    },
    truth: namesOf(400),
    honest: `select p.patient_id, p.last_name, e.department from patients as p
      left join encounters as e on e.patient_id = p.patient_id where p.patient_id <= 5`,
  },
  {
    name: 'the names of 400 people, beside the subject of one, over a join whose condition always holds',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select e.patient_id, p.last_name from encounters as e join patients as p
          on (e.patient_id = p.patient_id) = (e.patient_id = p.patient_id)
          where e.encounter_id = 1 and p.patient_id <= 400`),
      )
      return namesIn(rows.map(({ LAST_NAME }) => LAST_NAME))
    },
    truth: namesOf(400),
    honest: `select e.patient_id, p.last_name from encounters as e join patients as p on e.patient_id = p.patient_id
      where e.encounter_id = 1`,
  },
  {
    name: 'the names of 40 people, each beside the subject of the encounter that has their number',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select e.patient_id, p.last_name from encounters as e, patients as p
          where p.patient_id = e.encounter_id and e.encounter_id <= 40`),
      )
      return namesIn(rows.map(({ LAST_NAME }) => LAST_NAME))
    },
    truth: `select listagg(last_name, ' ') within group (order by last_name) from patients
      where patient_id <= 40`,
  },
  {
    name: 'the names of 399 people, beside the subject that they are not',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select e.patient_id, p.last_name from encounters as e, patients as p
          where e.encounter_id = 1 and p.patient_id <= 400 and p.patient_id not in (e.patient_id, e.patient_id)`),
      )
      return namesIn(rows.map(({ LAST_NAME }) => LAST_NAME))
    },
    truth: `select listagg(last_name, ' ') within group (order by last_name) from patients
      where patient_id <= 400 and patient_id <> (select patient_id from encounters where encounter_id = 1)`,
  },
  {
    name: 'the names of 400 people, beside one subject, by an equality in a subquery that decides nothing',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select e.patient_id, p.last_name from encounters as e, patients as p
          where e.encounter_id = 1 and p.patient_id <= 400 and (
              p.patient_id > 0 or exists (select 1 from (values (1)) as v where e.patient_id = p.patient_id))`),
      )
      return namesIn(rows.map(({ LAST_NAME }) => LAST_NAME))
    },
    truth: `select listagg(last_name, ' ') within group (order by last_name) from patients
      where patient_id <= 400`,
  },
  {
    name: 'the names of 399 people, beside one subject, by an equality in a subquery that finds nothing',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select e.patient_id, p.last_name from encounters as e, patients as p
          where e.encounter_id = 1 and p.patient_id <= 400
            and not exists (select 1 from (values (1)) as v where e.patient_id = p.patient_id)`),
      )
      return namesIn(rows.map(({ LAST_NAME }) => LAST_NAME))
    },
    truth: `select listagg(last_name, ' ') within group (order by last_name) from patients
      where patient_id <= 400 and patient_id <> (select patient_id from encounters where encounter_id = 1)`,
  },
  {
    name: 'the names of 399 people, beside one subject, by an equality in a subquery about a copy of the row',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select e.patient_id, p.last_name from encounters as e, patients as p
          where e.encounter_id = 1 and p.patient_id <= 400 and not exists (
              select 1 from (select e.patient_id as a, p.patient_id as b) as t where t.a = t.b)`),
      )
      return namesIn(rows.map(({ LAST_NAME }) => LAST_NAME))
    },
    truth: `select listagg(last_name, ' ') within group (order by last_name) from patients
      where patient_id <= 400 and patient_id <> (select patient_id from encounters where encounter_id = 1)`,
  },
  {
    name: 'the names of 400 people, beside one subject, by an outer join with one row on an equality beside it',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select e.patient_id, p.last_name from encounters as e cross join patients as p
          left join (values (1)) as v on e.patient_id = p.patient_id
          where e.encounter_id = 1 and p.patient_id <= 400`),
      )
      return namesIn(rows.map(({ LAST_NAME }) => LAST_NAME))
    },
    truth: namesOf(400),
    honest: `select p.patient_id, e.department, l.lab_id from patients as p
      join encounters as e on e.patient_id = p.patient_id left join labs as l on l.patient_id = p.patient_id
      where p.patient_id = 1`,
  },
]
