import { cellsOf, type RecoveryProgram, rowsOf } from './recovery-program.ts'

const nameOf77 = 'select last_name from patients where patient_id = 77'
const LETTERS = 16

const spelled = (codes: readonly number[]): string | null => {
  const text = codes.filter((code) => code > 0).map((code) => String.fromCharCode(code))
  return text.length === 0 ? null : text.join('')
}

/** Rows that nobody reads count nobody: what is told of them without reading is told of people who are not counted. */
export const unreadRows: readonly RecoveryProgram[] = [
  {
    name: 'the name of somebody who is not counted, by how many rows there are, of which none is read',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      const numbers = Array.from({ length: 128 }, (_, number) => `(${number})`)
      const codes: number[] = []
      for (let place = 1; place <= LETTERS; place += 1) {
        const answer = await ask(
          `select p.patient_id from patients as p, (values ${numbers}) as v
            where p.patient_id = 77 and v.column1 < ascii(substr(p.last_name, ${place}, 1))`,
          { look: 'number' },
        )
        codes.push(Number(cellsOf(rowsOf(answer)[0])[0]))
      }
      return spelled(codes)
    },
    truth: nameOf77,
    honest: 'select patient_id, last_name from patients where patient_id = 77',
  },
  {
    name: 'the name of somebody who is not counted, by the number of rows that the history remembers',
    desk: 'minimum-necessary: care',
    endsBy: 'denial or mask',
    recover: async (ask) => {
      const numbers = Array.from({ length: 640 }, (_, number) => `(${number})`)
      const codes: number[] = []
      for (let place = 1; place <= LETTERS; place += 1) {
        const answer = await ask(
          `select p.patient_id from patients as p, (values ${numbers}) as v
            where p.patient_id = 77 and v.column1 < 501 + ascii(substr(p.last_name, ${place}, 1))`,
          { look: 'history' },
        )
        codes.push(Number(cellsOf(rowsOf(answer)[0])[0]) - 501)
      }
      return spelled(codes)
    },
    truth: nameOf77,
  },
  {
    name: 'something of the names of 25 people, by whether a row that is read stands behind one that is not',
    desk: 'minimum-necessary: care',
    endsBy: 'denial',
    recover: async (ask) => {
      let told = ''
      for (let person = 201; person <= 225; person += 1) {
        const rows = rowsOf(
          await ask(
            `select patient_id from patients
              where patient_id = 1 or (patient_id = ${person} and last_name like 'Zq%')
              order by patient_id desc`,
            { look: { start: 1, end: 1 } },
          ),
        )
        told += rows.length
      }
      return told
    },
    truth: `select listagg(iff(last_name like 'Zq%', '1', '0'), '') within group (order by patient_id)
      from patients where patient_id between 201 and 225`,
    honest: 'select patient_id from patients where patient_id <= 20 order by patient_id desc',
  },
]
