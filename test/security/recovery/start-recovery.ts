import { fileURLToPath } from 'node:url'
import { createMemorySink } from '@snowfence/audit'
import { createGovernedConnection, createLocalGovernance, type GovernedConnection } from 'snowfence'
import { startClinicStack } from '../../e2e/clinic-stack.ts'

/** Everything that a program is told about one statement. */
export type Answer =
  | { readonly kind: 'rows'; readonly rows: readonly Row[]; readonly withheld: readonly string[] }
  | { readonly kind: 'denied'; readonly reason: string }
  | { readonly kind: 'failed'; readonly code: string }

export type Row = Readonly<Record<string, unknown>>
/** `parameters` are statement parameters, as the driver takes them. */
export type Ask = (sqlText: string, parameters?: Readonly<Record<string, string>>) => Promise<Answer>

const shipped = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/policies/${name}.yaml`, import.meta.url))
const ours = (name: string): string => fileURLToPath(new URL(`policies/${name}.yaml`, import.meta.url))

interface Desk {
  readonly policyFile: string
  readonly groups: readonly string[]
  readonly purpose: string
  readonly task?: string
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
      claims: { data_use_agreement: 'DUA-2026-01' },
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
  await administer(
    'grant select, insert, update, delete on table clinic.public.worklist to role CLINIC_READER',
  )

  return {
    agentAt: async (desk) => {
      const connection = await connect(desks[desk])
      return async (sqlText, parameters = {}) => await ask(connection, sqlText, parameters)
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

const ask = async (
  connection: GovernedConnection,
  sqlText: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Answer> => {
  try {
    const outcome = await connection.attempt<Row>(sqlText, undefined, { parameters })
    if (outcome.kind === 'completed') {
      const withheld = outcome.columns.filter(({ mask }) => mask?.kind === 'withhold')
      return { kind: 'rows', rows: outcome.rows, withheld: withheld.map(({ name }) => name) }
    }
    return { kind: 'denied', reason: outcome.reason }
  } catch (error) {
    return { kind: 'failed', code: String((error as { code?: unknown }).code) }
  }
}
