/** What the reviewer of the demonstration does with the request that a statement makes. */
export type ReviewerAct = 'approve' | 'reject'

/** One statement of the demonstration: what the agent asks and what must come of it. */
export interface DemoStatement {
  readonly title: string
  readonly sql: string
  readonly binds?: readonly (string | number)[]
  readonly reviewer?: ReviewerAct
  /** The broker is stopped before this statement. */
  readonly brokerStopped?: boolean
  readonly expect: {
    readonly decision: 'allow' | 'deny' | 'needs-approval'
    readonly outcome: 'rows' | 'denied'
    /** Mask by output column; columns that are not named must be unmasked. */
    readonly masks?: Readonly<Record<string, string>>
  }
}

const notes = 'select note_id, written_at, text from psychotherapy_notes where patient_id = ?'

export const demoStatements: readonly DemoStatement[] = [
  {
    title: 'a plain read of patients',
    sql: 'select patient_id, ssn, first_name, birth_date, zip, email, state from patients order by patient_id limit 3',
    expect: {
      decision: 'allow',
      outcome: 'rows',
      masks: { SSN: 'partial', FIRST_NAME: 'token', BIRTH_DATE: 'year', ZIP: 'zip3', EMAIL: 'withhold' },
    },
  },
  {
    title: 'the same column under an alias',
    sql: 'select ssn as reference from patients limit 3',
    expect: { decision: 'allow', outcome: 'rows', masks: { REFERENCE: 'partial' } },
  },
  {
    title: 'the same column inside an expression',
    sql: "select substr(ssn, 1, 5) || '-' || zip as key from patients limit 3",
    expect: { decision: 'allow', outcome: 'rows', masks: { KEY: 'withhold' } },
  },
  {
    title: 'the same column through a CTE',
    sql: 'with people as (select patient_id as id, ssn as s from patients) select id, s from people limit 3',
    expect: { decision: 'allow', outcome: 'rows', masks: { S: 'partial' } },
  },
  {
    title: 'an aggregate that needs no identifier',
    sql: 'select e.department, count(*) as stays, avg(e.cost) as average_cost from encounters e join patients p on p.patient_id = e.patient_id group by e.department order by stays desc',
    expect: { decision: 'allow', outcome: 'rows', masks: {} },
  },
  {
    title: 'psychotherapy notes: a person is asked and approves',
    sql: notes,
    binds: [21],
    reviewer: 'approve',
    expect: { decision: 'needs-approval', outcome: 'rows', masks: { WRITTEN_AT: 'year' } },
  },
  {
    title: 'the same statement again: the approval was for one use, so a new one is needed',
    sql: notes,
    binds: [21],
    reviewer: 'approve',
    expect: { decision: 'needs-approval', outcome: 'rows', masks: { WRITTEN_AT: 'year' } },
  },
  {
    title: 'psychotherapy notes of another patient: the person says no',
    sql: notes,
    binds: [26],
    reviewer: 'reject',
    expect: { decision: 'needs-approval', outcome: 'denied' },
  },
  {
    title: 'an export to a stage',
    sql: 'copy into @exports/patients from (select * from patients)',
    expect: { decision: 'deny', outcome: 'denied' },
  },
  {
    title: 'a filter on a masked column',
    sql: "select patient_id from patients where ssn like '9%'",
    expect: { decision: 'deny', outcome: 'denied' },
  },
  {
    title: 'text that is not SQL',
    sql: 'select from patients where and',
    expect: { decision: 'deny', outcome: 'denied' },
  },
  {
    title: 'a harmless read while the broker is stopped',
    sql: 'select state from patients limit 1',
    brokerStopped: true,
    expect: { decision: 'deny', outcome: 'denied' },
  },
]
