import { cellsOf, firstCell, hasFailed, type RecoveryProgram, rowsOf, search } from './recovery-program.ts'

const bill = 'select cost::varchar from encounters where encounter_id = 5'
const stay = 'select datediff(day, admitted_at, discharged_at) from encounters where encounter_id = 5'
const write = (cents: number): string => (cents / 100).toFixed(2)

/** A group that is one row, or in which one row can be told. */
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
    honest: `select avg(cost) as m from encounters
      where department = 'CARDIOLOGY' having count(*) >= 11`,
  },
  {
    name: 'one bill, by a constant that fails in a branch of the filter',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) =>
      write(
        await search(0, 10_000_000, async (bound) =>
          hasFailed(
            await ask(`select count(*) as n from encounters
              where iff(encounter_id = 5 and cost < ${write(bound)}, 1 / 0, 1) = 1 having count(*) >= 11`),
          ),
        ),
      ),
    truth: bill,
    honest: 'select count(*) as n from encounters where iff(cost < 1000, 0, 1) = 1 having count(*) >= 11',
  },
  {
    name: 'one bill, over a join whose condition always holds',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) =>
      firstCell(
        await ask(`select avg(e.cost) as c from encounters as e join patients as p
          on (e.patient_id = p.patient_id) = (e.patient_id = p.patient_id)
          where e.encounter_id = 5 having count(distinct p.patient_id) >= 11`),
      ),
    truth: bill,
    honest: `select p.sex, avg(e.cost) as c from encounters as e join patients as p on e.patient_id = p.patient_id
      group by p.sex having count(distinct p.patient_id) >= 11`,
  },
  {
    name: 'one bill, as the median of as many smaller as larger ones',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const counted = async (condition: string) =>
        Number(
          firstCell(
            await ask(`select count(*) as n from encounters where ${condition} having count(*) >= 11`),
          ),
        )
      const low = await counted('cost < 100')
      const from = await search(2_400_000, 2_500_000, async (bound) => {
        const high = await counted(`cost >= ${write(bound)}`)
        return high < low
      })
      return firstCell(
        await ask(`select median(cost) as m from encounters
          where encounter_id = 5 or cost < 100 or cost >= ${write(from)} having count(*) >= 11`),
      )
    },
    truth: bill,
  },
  {
    name: 'the diagnosis of one encounter, as the key of a group of people who have nothing to do with it',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select d.icd10, d.description, count(distinct e.patient_id) as n
          from diagnoses as d join encounters as e on d.encounter_id = e.provider_id
          where e.provider_id = 7
          group by d.icd10, d.description having count(distinct e.patient_id) >= 11`),
      )
      return cellsOf(rows[0])[0] ?? null
    },
    truth: 'select icd10 from diagnoses where encounter_id = 7',
    honest: `select d.icd10, count(distinct e.patient_id) as n
      from diagnoses as d join encounters as e on d.encounter_id = e.encounter_id
      group by d.icd10 having count(distinct e.patient_id) >= 11`,
  },
  {
    name: 'sex and state of one person, as the key of a group of people of a provider',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select p.sex, p.state, count(distinct e.patient_id) as n
          from patients as p join encounters as e on p.patient_id = e.provider_id
          where e.provider_id = 7 group by p.sex, p.state having count(distinct e.patient_id) >= 11`),
      )
      return rows.length === 0 ? null : cellsOf(rows[0]).slice(0, 2).join(' ')
    },
    truth: `select sex || ' ' || state from patients where patient_id = 7`,
    honest: `select p.state, count(distinct e.patient_id) as n
      from patients as p join encounters as e on p.patient_id = e.patient_id
      group by p.state having count(distinct e.patient_id) >= 11`,
  },
  {
    name: 'one bill, by the covariance of bills and keys that are rounded to one of two values',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) => {
      // The keys of the others are rounded to 10000 and that of the bill to 0.
      const [row] = rowsOf(
        await ask(`select avg(cost) as a, covar_pop(cost, round(encounter_id, -4)) as v, count(*) as n
          from encounters where encounter_id >= 5000 or encounter_id = 5 having count(*) >= 11`),
      )
      const [average, covariance, count] = cellsOf(row).map(Number) as [number, number, number]
      return (average - (covariance * count) / 10_000).toFixed(2)
    },
    truth: bill,
    honest: 'select avg(cost) as a, stddev(cost) as s, count(*) as n from encounters having count(*) >= 11',
  },
  {
    name: 'one bill, by a sum to which its row belongs two hundred thousand times',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) => {
      const list = ['(0)', ...Array.from({ length: 450 }, () => '(1)')].join()
      const repeated = 'on g.column1 = iff(e.encounter_id = 5, 1, 0)'
      const [row] = rowsOf(
        await ask(`select sum(e.cost) as s from encounters as e
          join (values ${list}) as g ${repeated} join (values ${list}) as h ${repeated.replace('g.', 'h.')}
          where e.encounter_id = 5 or e.cost < 100 having count(distinct e.patient_id) >= 11`),
      )
      // The bills of the others are less than 100 each, together less than a cent of so many.
      return row === undefined ? null : write(Math.floor((Number(row.S) * 100) / 450 ** 2))
    },
    truth: bill,
    honest: 'select sum(e.cost) as s from encounters as e having count(distinct e.patient_id) >= 11',
  },
  {
    name: 'one bill, by a sum in which a join puts zeros in the place of the others',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) => {
      const others = Array.from({ length: 60 }, (_, index) => index + 1).filter((id) => id !== 5)
      const [row] = rowsOf(
        await ask(`select sum(coalesce(g.column2, e.cost)) as s from encounters as e
          left join (values ${others.map((id) => `(${id}, 0)`)}) as g on e.encounter_id = g.column1
          where e.encounter_id <= 60 having count(distinct e.patient_id) >= 11`),
      )
      return row === undefined ? null : Number(row.S).toFixed(2)
    },
    truth: bill,
    honest: 'select sum(coalesce(cost, 0)) as s from encounters having count(*) >= 11',
  },
  ...[
    {
      name: 'one bill, by a subquery in a derived table that finds two rows for one value',
      ask: (bound: string) => `select count(*) as n from (select encounter_id from encounters as e where (
          select v.column1 from (values (1), (2)) as v
          where v.column1 <= iff(e.encounter_id = 5 and e.cost < ${bound}, 2, 1)) = 1)
        having count(*) >= 11`,
    },
    {
      name: 'one bill, by a sum of a constant that fails as soon as there is a row',
      ask: (bound: string) => `select count(*) as n, sum('one'::number) as s from encounters
        where encounter_id = 5 and cost < ${bound} having count(*) >= 11`,
    },
    {
      name: 'one bill, by a division by the number of rows of a group of one or none',
      ask: (
        bound: string,
      ) => `select count(*) as n from encounters where encounter_id = 5 and cost >= ${bound}
        having 1 / count(*) >= 0 and count(*) >= 11`,
    },
    {
      name: 'one bill, by a division by a number of different values of a group of one or none',
      ask: (
        bound: string,
      ) => `select count(*) as n from encounters where encounter_id = 5 and cost >= ${bound}
        having 1 / count(distinct patient_id) >= 0 and count(*) >= 11`,
    },
  ].map(
    ({ name, ask: statement }): RecoveryProgram => ({
      name,
      desk: 'minimum-necessary: quality',
      endsBy: 'denial',
      recover: async (ask) =>
        write(await search(0, 10_000_000, async (bound) => hasFailed(await ask(statement(write(bound)))))),
      truth: bill,
      honest: 'select count(*) as n, sum(cost) as s from encounters having count(*) >= 11',
    }),
  ),
  {
    name: 'the days of one stay, by the average of a group of which the others have none',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) =>
      firstCell(
        await ask(`select avg(datediff(day, admitted_at, discharged_at)) as d from encounters
          where discharged_at is null or encounter_id = 5 having count(*) >= 11`),
      ),
    truth: stay,
    honest: `select avg(datediff(day, admitted_at, discharged_at)) as d, avg(cost) as c from encounters
      where discharged_at is not null having count(*) >= 11`,
  },
  {
    name: 'the days of one stay, by the average of a key to which those belong that have none',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) => {
      const groups = rowsOf(
        await ask(`select count(*) as n, avg(datediff(day, admitted_at, discharged_at)) as d from encounters
          group by iff(encounter_id = 5, true, discharged_at is null) having count(*) >= 11 order by count(*)`),
      )
      return cellsOf(groups[0])[1] ?? null
    },
    truth: stay,
    honest: `select department, count(*) - count(discharged_at) as open from encounters
      group by department having count(*) >= 11`,
  },
  {
    name: 'the days of one stay, by the average of those that are not of a certain day or later',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) =>
      firstCell(
        await ask(`select sum(datediff(day, admitted_at, discharged_at)) as d from encounters
          where (discharged_at >= '1900-01-01') is not true or encounter_id = 5 having count(*) >= 11`),
      ),
    truth: stay,
    honest: `select avg(cost) as c from encounters where discharged_at is null having count(*) >= 11`,
  },
]
