import { cellsOf, firstCell, hasFailed, type RecoveryProgram, rowsOf, search } from './recovery-program.ts'

const bill = 'select cost::varchar from encounters where encounter_id = 5'
const write = (cents: number): string => (cents / 100).toFixed(2)
const everybody = `select listagg(last_name, ' ') within group (order by last_name) from patients where patient_id <= 500`

/** All the names in one cell of one row, whoever the row is said to be about. */
const namesIn = (cell: unknown): string | null =>
  Array.isArray(cell) && cell.length > 20 ? [...cell].sort().join(' ') : null

/** A group that is one person, and one person that is a group. */
export const groups: readonly RecoveryProgram[] = [
  {
    name: 'one bill, by the order of large groups that are sorted by it',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) => {
      const having = 'group by department having count(*) >= 11'
      const [mine, ...others] = rowsOf(
        await ask(`select department, count(*) as n from encounters ${having}
          order by max(iff(encounter_id = 5, 1, 0)) desc`),
      ).map((row) => cellsOf(row)[0]!)
      let [from, above] = [0, 10_000_000]
      while (above - from > 1) {
        // The other departments stand for as many bounds: how many stand before that of the bill?
        const bounds = others.map((name, index) => ({
          name,
          bound: Math.floor(from + ((above - from) * (index + 1)) / (others.length + 1)),
        }))
        const values = bounds.map(({ name, bound }) => `when department = '${name}' then ${write(bound)}`)
        const sorted = rowsOf(
          await ask(`select department, count(*) as n from encounters ${having}
            order by max(case when encounter_id = 5 then cost + 0.005 ${values.join(' ')} else 0 end)`),
        ).map((row) => cellsOf(row)[0]!)
        const before = sorted.slice(0, sorted.indexOf(mine!))
        const passed = bounds.filter(({ name }) => before.includes(name)).map(({ bound }) => bound)
        const ahead = bounds.filter(({ name }) => !before.includes(name)).map(({ bound }) => bound)
        from = Math.max(from, ...passed)
        above = Math.min(above, ...ahead)
      }
      return write(from)
    },
    truth: bill,
    honest: `select department, count(*) as n from encounters
      group by department having count(*) >= 11 order by department`,
  },
  {
    name: 'one bill, by a division in the ordering of one large group',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) =>
      write(
        await search(0, 10_000_000, async (bound) =>
          hasFailed(
            await ask(`select count(*) as n from encounters having count(*) >= 11
              order by sum(1 / iff(encounter_id = 5 and cost < ${write(bound)}, 0, 1))`),
          ),
        ),
      ),
    truth: bill,
    honest: 'select count(*) as n, avg(cost) as c from encounters having count(*) >= 11',
  },
  {
    name: 'one bill, by a second column of the name that HAVING counts by',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select count(*) as n, 20 as n, avg(cost) as c from encounters
          where encounter_id = 5 having n >= 11`),
      )
      return rows.length === 0 ? null : String(rows[0]!.C)
    },
    truth: bill,
    honest: 'select count(*) as n, avg(cost) as c from encounters having n >= 11',
  },
  {
    name: 'one bill, by a division in the filter of one large group',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) =>
      write(
        await search(0, 10_000_000, async (bound) =>
          hasFailed(
            await ask(`select count(*) as n from encounters
              where 1 / iff(encounter_id = 5 and cost < ${write(bound)}, 0, 1) = 1 having count(*) >= 11`),
          ),
        ),
      ),
    truth: bill,
    honest: 'select count(*) as n from encounters where cost < 1000 having count(*) >= 11',
  },
  {
    name: 'one bill, by a HAVING over a column that another grouping set groups by',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) =>
      write(
        await search(0, 10_000_000, async (bound) => {
          const rows = rowsOf(
            await ask(`select count(*) as n from encounters group by grouping sets ((), (cost), (encounter_id))
              having count(*) >= 11 and max(iff(encounter_id = 5, cost, 0)) < ${write(bound)}`),
          )
          return rows.some(({ N }) => Number(N) > 1000)
        }),
      ),
    truth: bill,
    honest: `select department, count(*) as n from encounters
      group by department having count(*) >= 11 and department <> 'CARDIOLOGY'`,
  },
  {
    name: 'one bill, by a HAVING over a column that an inner DISTINCT compares',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) =>
      write(
        await search(0, 10_000_000, async (bound) => {
          const rows = rowsOf(
            await ask(`select count(*) as n from (select distinct encounter_id, cost from encounters)
              having count(*) >= 11 and max(iff(encounter_id = 5, cost, 0)) < ${write(bound)}`),
          )
          return rows.length > 0
        }),
      ),
    truth: bill,
  },
  {
    name: 'the largest bill of a department, by the percentile at the edge',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial or mask',
    recover: async (ask) =>
      firstCell(
        await ask(`select approx_percentile(cost, 1) as m from encounters
          where department = 'CARDIOLOGY' having count(*) >= 11`),
      ),
    truth: `select max(cost) from encounters where department = 'CARDIOLOGY'`,
    honest: `select approx_percentile(cost, 0.5) as m from encounters
      where department = 'CARDIOLOGY' having count(*) >= 11`,
  },
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
]
