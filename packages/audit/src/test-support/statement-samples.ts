import {
  type AnalyzedStatement,
  type Decision,
  digestOf,
  type OutcomeRecord,
  type StatementIdentity,
} from '@snowfence/core'

/** An agent's statement in the sample clinic. Every value is synthetic. */
export const sampleIdentity: StatementIdentity = {
  sessionId: 'session-1',
  principal: { issuer: 'https://issuer.example', subject: 'agent-1', groups: ['clinic-agents'], claims: {} },
  agent: {
    id: 'readmissions-bot',
    version: '1.4.0',
    task: 'weekly readmission report',
    conversationId: 'run-7',
  },
  purpose: 'HOPERAT',
  account: 'acme-clinic',
  role: 'CLINIC_READER',
  leaseId: 'lease-1',
  warehouse: 'AGENTS',
  database: 'CLINIC',
  schema: 'PUBLIC',
  requestId: '5c6e5a0e-0000-4000-8000-000000000001',
  bindTypes: ['TEXT', 'FIXED'],
}

export const sampleSummary: AnalyzedStatement = {
  status: 'analyzed',
  kind: 'select',
  effects: ['select'],
  text: 'SELECT SSN, ZIP FROM PATIENTS WHERE PATIENT_ID = ?',
  fingerprint: digestOf('fingerprint'),
  digest: digestOf('digest'),
  reads: [{ table: 'CLINIC.PUBLIC.PATIENTS', columns: ['PATIENT_ID', 'SSN', 'ZIP'] }],
  writes: [],
  outputs: [],
  uses: { filter: [], join: [], group: [], order: [], having: [], qualify: [], window: [], connectBy: [] },
  observations: [
    { column: 'CLINIC.PUBLIC.PATIENTS.PATIENT_ID', kind: 'equality', place: 'filter', functions: ['='] },
  ],
  acrossRows: [],
  failsAlone: false,
  functions: [],
  stages: [],
  variables: [],
  aggregation: null,
  rowLimit: null,
}

export const sampleDecision: Decision = {
  decision: 'allow',
  rules: ['agents-read-clinic'],
  columns: [
    {
      name: 'SSN',
      sources: ['CLINIC.PUBLIC.PATIENTS.SSN'],
      classes: ['ssn'],
      mask: { kind: 'partial', keepFirst: 0, keepLast: 4 },
      because: 'class ssn',
    },
    {
      name: 'ZIP',
      sources: ['CLINIC.PUBLIC.PATIENTS.ZIP'],
      classes: ['zip'],
      mask: null,
      because: 'revealed',
    },
  ],
  limits: { rows: 10_000 },
  approval: null,
  reasons: [],
  wouldPass: [],
  subjects: [],
  profile: 'limited-data-set',
  policy: { version: '3', digest: digestOf('policy') },
}

export const deniedDecision: Decision = {
  ...sampleDecision,
  decision: 'deny',
  reasons: [{ code: 'no-rule-permits', message: 'no rule permits it', hint: 'ask for another purpose' }],
}

export const completedOutcome: OutcomeRecord = {
  outcome: 'completed',
  queryId: '01b2c3d4-0000-0000-0000-000000000001',
  rows: 12,
  columns: [
    { name: 'SSN', mask: 'partial' },
    { name: 'ZIP', mask: null },
  ],
  role: 'CLINIC_READER',
  error: null,
}
