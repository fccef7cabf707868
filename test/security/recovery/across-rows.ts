import { type RecoveryProgram, type Row, rowsOf } from './recovery-program.ts'

const LETTERS = 16
/** A letter is a number below 128: seven bits. */
const BITS = 7

const nameOf77 = 'select last_name from patients where patient_id = 77'
const spelled = (codes: readonly number[]): string =>
  String.fromCharCode(...codes.filter((code) => code !== 0))

const manyNames = (first: number, last: number): string =>
  `select listagg(last_name, ' ') within group (order by last_name) from patients
   where patient_id between ${first} and ${last}`
const inOrder = (names: readonly unknown[]): string | null =>
  names.length > 100 ? [...names].sort().join(' ') : null

/** Rows that are not shown decide about those that are, so that people are told of who are never counted. */
export const acrossRows: readonly RecoveryProgram[] = [
  {
    name: 'the names of 399 people, beside the subject of nobody, by grouping sets',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const rows = rowsOf(
        await ask(`select patient_id, last_name from patients where patient_id between 2 and 400
          group by grouping sets ((patient_id), (last_name)) having patient_id is null`),
      )
      return inOrder(rows.map(({ LAST_NAME }) => LAST_NAME))
    },
    truth: manyNames(2, 400),
    honest: `select patient_id, last_name from patients where patient_id between 2 and 8
      group by patient_id, last_name`,
  },
  {
    name: 'the names of 399 people, beside the subject of nobody, by ROLLUP over a window of each',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const [row] = rowsOf(
        await ask(`select patient_id, array_agg(m) as names from (
            select patient_id, max(last_name) over (partition by patient_id) as m from patients
            where patient_id between 2 and 400)
          group by rollup(patient_id) having patient_id is null`),
      )
      return Array.isArray(row?.NAMES) ? inOrder(row.NAMES) : null
    },
    truth: manyNames(2, 400),
    honest: `select patient_id, max(m) as name from (
        select patient_id, max(last_name) over (partition by patient_id) as m from patients where patient_id < 8)
      group by patient_id`,
  },
  {
    name: 'the name of somebody who is not shown, by a window in QUALIFY: which of 16 others are shown',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const codes = Array<number>(LETTERS).fill(0)
      for (let bit = 0; bit < BITS; bit += 1) {
        const rows = rowsOf(
          await ask(`select patient_id from patients qualify patient_id <= ${LETTERS} and floor(ascii(
              substr(max(iff(patient_id = 77, last_name, null)) over (), patient_id, 1)) / ${2 ** bit}) % 2 = 1`),
        )
        for (const { PATIENT_ID } of rows) codes[Number(PATIENT_ID) - 1]! += 2 ** bit
      }
      return spelled(codes)
    },
    truth: nameOf77,
    honest: `select patient_id, encounter_id from encounters where patient_id <= 5
      qualify row_number() over (partition by patient_id order by admitted_at desc) = 1`,
  },
  {
    name: 'the name of somebody who is not shown, by the number of rows in a window beside another subject',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const codes: number[] = []
      const numbers = Array.from({ length: 128 }, (_, number) => `(${number})`)
      for (let place = 1; place <= LETTERS; place += 1) {
        const [row] = rowsOf(
          await ask(`select patient_id, n from (
              select p.patient_id, count(*) over () as n from patients as p, (values ${numbers}) as v
              where (p.patient_id = 1 and v.column1 = 0)
                or (p.patient_id = 77 and v.column1 < ascii(substr(p.last_name, ${place}, 1))))
            where patient_id = 1`),
        )
        codes.push(Number(row?.N) - 1)
      }
      return spelled(codes)
    },
    truth: nameOf77,
    honest: 'select patient_id, count(*) over (partition by patient_id) as n from labs where patient_id <= 5',
  },
  ...['limit 1 offset 1', 'limit 1) where patient_id < 3'].map((limit): RecoveryProgram => {
    const isNested = limit.includes(')')
    return {
      name: `four letters of the name of somebody who is not shown, by whether a row stands before another: ${limit}`,
      desk: 'minimum-necessary: care',
      endsBy: 'denial',
      recover: async (ask) => {
        const letters: number[] = []
        for (const place of [3, 4, 5, 6]) {
          let code = 0
          for (let bit = 0; bit < BITS; bit += 1) {
            const rows: readonly Row[] = rowsOf(
              await ask(`select patient_id from ${isNested ? '(select patient_id from ' : ''}patients
                where patient_id = 1 or (patient_id = 77
                  and floor(ascii(substr(last_name, ${place}, 1)) / ${2 ** bit}) % 2 = 1)
                order by patient_id desc ${limit}`),
            )
            if (rows.length > 0 !== isNested) code += 2 ** bit
          }
          letters.push(code)
        }
        return spelled(letters)
      },
      truth: 'select substr(last_name, 3, 4) from patients where patient_id = 77',
      honest:
        'select patient_id, last_name from patients where patient_id <= 20 order by patient_id desc limit 5',
    }
  }),
  {
    name: 'the name of somebody who is not shown, by the number of rows that are too many',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const codes: number[] = []
      const numbers = Array.from({ length: 640 }, (_, number) => `(${number})`)
      for (let place = 1; place <= LETTERS; place += 1) {
        const answer = await ask(`select p.patient_id from patients as p, (values ${numbers}) as v
          where p.patient_id = 77 and v.column1 < 501 + ascii(substr(p.last_name, ${place}, 1))`)
        const rows = answer.kind === 'denied' ? /has (\d+) rows/.exec(answer.reason)?.[1] : undefined
        if (rows === undefined) {
          rowsOf(answer)
          return null
        }
        codes.push(Number(rows) - 501)
      }
      return spelled(codes)
    },
    truth: nameOf77,
    honest: 'select patient_id, last_name from patients where patient_id = 77',
  },
  {
    name: 'three letters of a name, by whether a row of one subject too many is there',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const start = await ask('select patient_id from patients where patient_id <= 40')
      if (start.kind !== 'denied') return null
      const codes: number[] = []
      for (const place of [3, 4, 5]) {
        let code = 0
        for (let bit = 0; bit < BITS; bit += 1) {
          const answer = await ask(`select patient_id from patients where patient_id = 77
            and floor(ascii(substr(last_name, ${place}, 1)) / ${2 ** bit}) % 2 = 1`)
          if (answer.kind === 'denied') code += 2 ** bit
        }
        codes.push(code)
      }
      return spelled(codes)
    },
    truth: 'select substr(last_name, 3, 3) from patients where patient_id = 77',
  },
]
