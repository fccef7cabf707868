import { fileURLToPath } from 'node:url'
import { createMemorySink } from '@snowfence/audit'
import {
  createGovernedConnection,
  createLocalGovernance,
  type ErrorCode,
  type GovernedConnection,
  type GovernedStatement,
  isGovernedError,
} from 'snowfence'
import { startClinicStack } from '../../e2e/clinic-stack.ts'

/** Everything that a program is told about one statement. */
export type Answer =
  | { readonly kind: 'rows'; readonly rows: readonly Row[]; readonly withheld: readonly string[] }
  | { readonly kind: 'denied'; readonly reason: string }
  | { readonly kind: 'failed'; readonly code: string }

export type Row = Readonly<Record<string, unknown>>
export type Ask = (sqlText: string, how?: Manner) => Promise<Answer>

/** How a statement is asked, and how its answer is looked at. */
export interface Manner {
  /** One value for each place, or for a bulk statement one list for each set of them. */
  readonly binds?: readonly unknown[]
  /**
   * All rows, unless it says `number`: how many rows the statement says that it has, none of which is read; `history`: how
   * many it had, as the warehouse remembers it; or the places of the first and the last row that are read.
   */
  readonly look?: 'number' | 'history' | { readonly start: number; readonly end: number }
}

const shipped = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/policies/${name}.yaml`, import.meta.url))
const ours = (name: string): string => fileURLToPath(new URL(`policies/${name}.yaml`, import.meta.url))

interface Desk {
  readonly policyFile: string
  readonly groups: readonly string[]
  readonly purpose: string
  readonly task?: string
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Who asks under which policy: the principals that the policies' own tests name. */
const desks = {
  clinic: { policyFile: shipped('clinic'), groups: ['clinic-agents'], purpose: 'HOPERAT' },
  'limited-data-set': {
    policyFile: shipped('limited-data-set'),
    groups: ['public-health-agents'],
    purpose: 'HRESCH',
  },
  'minimum-necessary: care': {
    policyFile: shipped('minimum-necessary'),
    groups: ['care-agents'],
    purpose: 'TREAT',
    task: 'chart review',
  },
  'minimum-necessary: quality': {
    policyFile: shipped('minimum-necessary'),
    groups: ['quality-agents'],
    purpose: 'HOPERAT',
  },
  'safe-harbor-research': {
    policyFile: shipped('safe-harbor-research'),
    groups: ['research-agents'],
    purpose: 'HRESCH',
  },
  'break-glass': {
    policyFile: shipped('break-glass'),
    groups: ['emergency-agents'],
    purpose: 'TREAT',
    task: 'unconscious patient',
  },
  'social-work': { policyFile: ours('social-work'), groups: ['social-agents'], purpose: 'TREAT' },
  'ward: people': { policyFile: ours('ward'), groups: ['ward-agents'], purpose: 'TREAT' },
  'ward: planning': { policyFile: ours('ward'), groups: ['planning-agents'], purpose: 'TREAT' },
  'ward: booking': {
    policyFile: ours('ward'),
    groups: ['planning-agents'],
    purpose: 'TREAT',
    claims: { books: true },
  },
  'ward: intake': { policyFile: ours('ward'), groups: ['intake-agents'], purpose: 'TREAT' },
  'ward: registry': { policyFile: ours('ward'), groups: ['registry-agents'], purpose: 'TREAT' },
  'front-desk': { policyFile: ours('front-desk'), groups: ['desk-agents'], purpose: 'TREAT' },
} as const satisfies Record<string, Desk>

export type DeskName = keyof typeof desks

export interface Recovery {
  /** A new agent at a desk, with the hourly limit of its own. */
  agentAt(desk: DeskName): Promise<Ask>
  /** One value, read past every policy by the warehouse's administrator. */
  truth(sqlText: string): Promise<string>
  close(): Promise<void>
}

/** One warehouse with the sample clinic, and agents that reach it through governed connections only. */
export const startRecovery = async (): Promise<Recovery> => {
  const clinic = await startClinicStack()
  const opened: GovernedConnection[] = []
  let agents = 0

  const connect = async (desk: Desk): Promise<GovernedConnection> => {
    const { warehouse } = clinic.stack
    agents += 1
    const principal = {
      issuer: 'https://issuer.test',
      subject: `agent-${agents}`,
      groups: desk.groups,
      claims: { data_use_agreement: 'DUA-2026-01', ...desk.claims },
    }
    const connection = createGovernedConnection({
      account: warehouse.account,
      accessUrl: warehouse.url,
      warehouse: 'AGENTS',
      database: 'CLINIC',
      schema: 'PUBLIC',
      purpose: desk.purpose,
      agent: { id: `agent-${agents}`, ...(desk.task === undefined ? {} : { task: desk.task }) },
      governance: createLocalGovernance({
        policyFile: desk.policyFile,
        principal,
        journal: createMemorySink(),
        approvals: async () => ({ approved: false }),
        lease: async () => await clinic.lease(),
      }),
    })
    opened.push(connection)
    return await connection.connectAsync()
  }

  const administer = async (sqlText: string): Promise<readonly Row[]> => {
    const administrator = await clinic.administrator()
    return await new Promise((resolve, reject) => {
      administrator.execute({
        sqlText,
        complete: (error, _statement, found) => (error ? reject(error) : resolve(found ?? [])),
      })
    })
  }

  // The sample has no ZIP that begins with two zeros: this one is of Holtsville.
  await administer(`insert into patients (patient_id, sex, state, zip) values (9001, 'M', 'NY', '00501')`)
  await administer(
    `create table worklist (entry number, first_name varchar, born date, zip varchar, bill number(10, 2))`,
  )
  // Copies, so that no program changes what another one asks about.
  await administer(
    'create table visits as select encounter_id as visit_id, patient_id, department, cost from encounters',
  )
  await administer(
    'create table reasons as select encounter_id as visit_id, description as reason from diagnoses',
  )
  await administer(`create table callbacks as
    select patient_id, last_name, zip, ssn, sex as remark from patients where patient_id between 101 and 140`)
  await administer('create table roster (visit_id number, patient_id number)')
  for (const table of ['worklist', 'visits', 'reasons', 'callbacks', 'roster'])
    await administer(
      `grant select, insert, update, delete on table clinic.public.${table} to role CLINIC_READER`,
    )

  return {
    agentAt: async (desk) => {
      const connection = await connect(desks[desk])
      return async (sqlText, how = {}) => await ask(connection, sqlText, how)
    },
    truth: async (sqlText) => {
      const rows = await administer(sqlText)
      return Object.values(rows[0] ?? {}).join(' ')
    },
    close: async () => {
      await Promise.allSettled(opened.map(async (connection) => await connection[Symbol.asyncDispose]()))
      await clinic.close()
    },
  }
}

/** What a statement that is not asked by `attempt` is refused with. */
const refusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_STATEMENT_DENIED',
  'ERR_MEMBER_REFUSED',
  'ERR_SUBJECT_LIMIT_EXCEEDED',
])

const ask = async (
  connection: GovernedConnection,
  sqlText: string,
  { binds, look }: Manner,
): Promise<Answer> => {
  try {
    if (look === 'history') return await askHistory(connection, sqlText, binds)
    if (look !== undefined) return await askPart(connection, { sqlText, binds }, look)
    const outcome = await connection.attempt<Row>(sqlText, binds)
    if (outcome.kind === 'completed') {
      const withheld = outcome.columns.filter(({ mask }) => mask?.kind === 'withhold')
      return { kind: 'rows', rows: outcome.rows, withheld: withheld.map(({ name }) => name) }
    }
    return { kind: 'denied', reason: outcome.reason }
  } catch (error) {
    if (isGovernedError(error) && refusals.has(error.snowfenceCode))
      return { kind: 'denied', reason: error.message }
    return { kind: 'failed', code: String((error as { code?: unknown }).code) }
  }
}

const rowsAnswered = (rows: readonly Row[]): Answer => ({ kind: 'rows', rows, withheld: [] })

/** Leaves rows unread, as a program may that streams them. */
const askPart = async (
  connection: GovernedConnection,
  asked: { readonly sqlText: string; readonly binds: readonly unknown[] | undefined },
  look: 'number' | { readonly start: number; readonly end: number },
): Promise<Answer> => {
  const statement = await new Promise<GovernedStatement>((resolve, reject) => {
    connection.execute({
      sqlText: asked.sqlText,
      ...(asked.binds && { binds: asked.binds }),
      streamResult: true,
      complete: (error: unknown, done: unknown) =>
        error ? reject(error) : resolve(done as GovernedStatement),
    })
  })
  if (look === 'number') return rowsAnswered([{ NUMBER: statement.getNumRows() }])
  const rows: Row[] = []
  for await (const row of statement.streamRows(look)) rows.push(row as Row)
  return rowsAnswered(rows)
}

let histories = 0

/** Asks the warehouse's history about a statement, however it ended. */
const askHistory = async (
  connection: GovernedConnection,
  sqlText: string,
  binds: readonly unknown[] | undefined,
): Promise<Answer> => {
  histories += 1
  const queryTag = `history-${histories}`
  await connection.attempt(sqlText, binds, { parameters: { QUERY_TAG: queryTag } }).catch(() => {})
  const { runs } = await connection.lookUp({ queryTag })
  const rows = runs[0]?.rows ?? null
  return { kind: 'rows', rows: [{ NUMBER: rows }], withheld: rows === null ? ['NUMBER'] : [] }
}
