import {
  digits,
  firstCell,
  hasFailed,
  type RecoveryProgram,
  Refused,
  search,
  secondAfter,
  ssnOf,
} from './recovery-program.ts'

const numberOfEncounter = 5

/** What nobody reads is computed all the same, and fails where the guess is right. */
export const computedAnywhere: readonly RecoveryProgram[] = [
  {
    name: 'an SSN, by a window over a division in a derived column that is not read',
    desk: 'clinic',
    endsBy: 'denial',
    recover: async (ask) => {
      const masked = firstCell(await ask('select ssn from patients where patient_id = 7'))
      const start = await search(0, 100_000, async (bound) => {
        const prefix = ssnOf(bound * 10_000).slice(0, 6)
        return hasFailed(
          await ask(`select count(*) as n from (
            select sum(1 / iff(ssn < '${prefix}', 0, 1)) over () as w from patients where patient_id = 7)`),
        )
      })
      return `${ssnOf(start * 10_000).slice(0, 6)}-${masked.slice(-4)}`
    },
    truth: 'select ssn from patients where patient_id = 7',
    honest: 'select count(*) as n from (select sex, state from patients where patient_id = 7)',
  },
  {
    name: 'an SSN, two bits a statement by which of three errors comes from a common table expression read twice',
    desk: 'limited-data-set',
    endsBy: 'denial',
    recover: async (ask) => {
      const person = `zip = '60642' and birth_date = '1939-09-10'`
      let [from, size] = [0, 2 ** 30]
      for (; size > 1; size /= 4) {
        const [a, b, c] = [1, 2, 3].map((part) => ssnOf(Math.min(from + part * (size / 4), 999_999_999)))
        const answer = await ask(`with p as (
            select sex, 1 / iff(ssn < '${a}', 0, 1)
              + iff(ssn >= '${a}' and ssn < '${b}', 'x', '1')::number
              + sqrt(iff(ssn >= '${b}' and ssn < '${c}', -1, 1)) as z
            from patients where ${person})
          select l.sex from p as l join p as r on l.sex = r.sex`)
        if (answer.kind === 'denied') throw new Refused(answer.reason)
        const told = answer.kind === 'failed' ? answer.code : 'none'
        from += { '100051': 0, '100038': 1, '100039': 2, none: 3 }[told]! * (size / 4)
      }
      return ssnOf(from)
    },
    truth: `select ssn from patients where zip = '60642' and birth_date = '1939-09-10'`,
    honest: `with p as (select sex, birth_date from patients where zip = '60642')
      select l.sex from p as l join p as r on l.birth_date = r.birth_date`,
  },
  {
    name: 'the second of an admission, by the recursive arm of a common table expression',
    desk: 'safe-harbor-research',
    endsBy: 'denial',
    recover: async (ask) => {
      const year = firstCell(
        await ask(`select admitted_at from encounters where encounter_id = ${numberOfEncounter}`),
      )
      const seconds = await search(0, 366 * 86_400, async (bound) =>
        hasFailed(
          await ask(`with recursive r as (
              select 1 as i, admitted_at as t from encounters where encounter_id = ${numberOfEncounter}
              union all
              select i + 1, dateadd(day, 1 / iff(t < '${secondAfter(`${year}-01-01`, bound)}', 0, 1), t) from r
              where i < 2)
            select i from r`),
        ),
      )
      return secondAfter(`${year}-01-01`, seconds)
    },
    truth: `select left(admitted_at::varchar, 19) from encounters where encounter_id = ${numberOfEncounter}`,
    honest: `with recursive r as (
        select 1 as i, admitted_at as t from encounters where encounter_id = ${numberOfEncounter}
        union all select i + 1, t from r where i < 2)
      select i from r`,
  },
  {
    name: 'an SSN, where only large groups may be read, by LAG over a division that nobody reads',
    desk: 'minimum-necessary: quality',
    endsBy: 'denial',
    recover: async (ask) =>
      ssnOf(
        await search(0, 1_000_000_000, async (bound) =>
          hasFailed(
            await ask(`select count(*) as n from (
                select lag(1 / iff(patient_id = 7 and ssn < '${ssnOf(bound)}', 0, 1)) over (order by state) as w
                from patients)
              having count(*) >= 11`),
          ),
        ),
      ),
    truth: 'select ssn from patients where patient_id = 7',
    honest: 'select state, count(*) as n from patients group by state having count(*) >= 11',
  },
  {
    name: 'a medical record number, by what EXISTS selects',
    desk: 'break-glass',
    endsBy: 'denial',
    recover: async (ask) => {
      const number = await search(0, 100_000_000, async (bound) =>
        hasFailed(
          await ask(`select l.lab_id from labs as l where l.lab_id = 1 and exists (
              select 1 from (
                select min(1 / iff(mrn < 'MRN-${digits(bound, 8)}', 0, 1)) over () as w
                from patients where patient_id = 7))`),
        ),
      )
      return `MRN-${digits(number, 8)}`
    },
    truth: 'select mrn from patients where patient_id = 7',
    honest: `select l.lab_id from labs as l where l.lab_id = 1
      and exists (select 1 from patients as p where p.patient_id = l.patient_id)`,
  },
  {
    name: 'an SSN, by a date that is none in a branch',
    desk: 'clinic',
    endsBy: 'denial',
    recover: async (ask) => {
      const masked = firstCell(await ask('select ssn from patients where patient_id = 7'))
      const start = await search(0, 100_000, async (bound) => {
        const prefix = ssnOf(bound * 10_000).slice(0, 6)
        return hasFailed(
          await ask(
            `select iff(ssn < '${prefix}', date 'none', null) as x from patients where patient_id = 7`,
          ),
        )
      })
      return `${ssnOf(start * 10_000).slice(0, 6)}-${masked.slice(-4)}`
    },
    truth: 'select ssn from patients where patient_id = 7',
    honest: `select iff(state = 'WA', date '2026-01-01', null) as x from patients where patient_id = 7`,
  },
  {
    name: 'a medical record number, by a quotient that is too large in a branch',
    desk: 'break-glass',
    endsBy: 'denial',
    recover: async (ask) => {
      const large = '9'.repeat(38)
      const number = await search(0, 100_000_000, async (bound) =>
        hasFailed(
          await ask(`select case when mrn < 'MRN-${digits(bound, 8)}' then div0(${large}, 0.0000000001) end as x
            from patients where patient_id = 7`),
        ),
      )
      return `MRN-${digits(number, 8)}`
    },
    truth: 'select mrn from patients where patient_id = 7',
    honest: `select case when sex = 'F' then div0(1, 4) end as x from patients where patient_id = 7`,
  },
  {
    name: 'an SSN, by a text that is too long in a branch',
    desk: 'limited-data-set',
    endsBy: 'denial',
    recover: async (ask) =>
      ssnOf(
        await search(0, 1_000_000_000, async (bound) =>
          hasFailed(
            await ask(`select iff(ssn < '${ssnOf(bound)}', space(99999999999), null) as x from patients
              where zip = '60642' and birth_date = '1939-09-10'`),
          ),
        ),
      ),
    truth: `select ssn from patients where zip = '60642' and birth_date = '1939-09-10'`,
    honest: `select iff(sex = 'F', space(3), null) as x from patients where zip = '60642'`,
  },
  {
    name: 'an SSN, by a quotient by a small constant that is too large for a number',
    desk: 'clinic',
    endsBy: 'denial',
    recover: async (ask) => {
      const masked = firstCell(await ask('select ssn from patients where patient_id = 7'))
      const large = '9'.repeat(38)
      const start = await search(0, 100_000, async (bound) => {
        const prefix = ssnOf(bound * 10_000).slice(0, 6)
        return hasFailed(
          await ask(`select iff(ssn < '${prefix}', ${large}, 1) / 0.0000000001 as x
            from patients where patient_id = 7`),
        )
      })
      return `${ssnOf(start * 10_000).slice(0, 6)}-${masked.slice(-4)}`
    },
    truth: 'select ssn from patients where patient_id = 7',
    honest: 'select patient_id / 100 as x from patients where patient_id = 7',
  },
  {
    name: 'an SSN, by a place in a text that is no place',
    desk: 'clinic',
    endsBy: 'denial',
    recover: async (ask) => {
      const masked = firstCell(await ask('select ssn from patients where patient_id = 7'))
      const start = await search(0, 100_000, async (bound) => {
        const prefix = ssnOf(bound * 10_000).slice(0, 6)
        return hasFailed(
          await ask(`select left(sex, iff(ssn < '${prefix}', 99999999999999999999, 1)) as x
            from patients where patient_id = 7`),
        )
      })
      return `${ssnOf(start * 10_000).slice(0, 6)}-${masked.slice(-4)}`
    },
    truth: 'select ssn from patients where patient_id = 7',
    honest: 'select left(sex, 1) as x from patients where patient_id = 7',
  },
  {
    name: 'an SSN, by a constant with more digits than its type in a branch',
    desk: 'clinic',
    endsBy: 'denial',
    recover: async (ask) => {
      const masked = firstCell(await ask('select ssn from patients where patient_id = 7'))
      const start = await search(0, 100_000, async (bound) => {
        const prefix = ssnOf(bound * 10_000).slice(0, 6)
        return hasFailed(
          await ask(`select iff(ssn < '${prefix}', '99999'::number(3, 0), 1) as x
            from patients where patient_id = 7`),
        )
      })
      return `${ssnOf(start * 10_000).slice(0, 6)}-${masked.slice(-4)}`
    },
    truth: 'select ssn from patients where patient_id = 7',
    honest: `select iff(state = 'WA', '999'::number(3, 0), 1) as x from patients where patient_id = 7`,
  },
  {
    name: 'an SSN, by a small constant with more digits than its type in a branch',
    desk: 'limited-data-set',
    endsBy: 'denial',
    recover: async (ask) =>
      ssnOf(
        await search(0, 1_000_000_000, async (bound) =>
          hasFailed(
            await ask(`select case when ssn < '${ssnOf(bound)}' then 30::number(1, 0) end as x from patients
              where zip = '60642' and birth_date = '1939-09-10'`),
          ),
        ),
      ),
    truth: `select ssn from patients where zip = '60642' and birth_date = '1939-09-10'`,
  },
  ...['x / 0', "x > 'one'", 'sum(x) / 0'].map(
    (failing): RecoveryProgram => ({
      name: `an SSN, by what fails unless an operand is NULL: ${failing}`,
      desk: 'clinic',
      endsBy: 'denial',
      recover: async (ask) => {
        const masked = firstCell(await ask('select ssn from patients where patient_id = 7'))
        const start = await search(0, 100_000, async (bound) => {
          const prefix = ssnOf(bound * 10_000).slice(0, 6)
          return hasFailed(
            await ask(
              `select iff(ssn < '${prefix}', 1, null) ${failing} as z from patients where patient_id = 7`,
            ),
          )
        })
        return `${ssnOf(start * 10_000).slice(0, 6)}-${masked.slice(-4)}`
      },
      truth: 'select ssn from patients where patient_id = 7',
      honest: 'select length(ssn) / 2 as z from patients where patient_id = 7',
    }),
  ),
]
