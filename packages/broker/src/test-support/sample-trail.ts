import { randomBytes } from 'node:crypto'
import type { CanonicalSpan } from '@snowfence/audit'
import type { SessionRecord } from '../sessions/session.ts'

/** A session as the trail sees one; no table has to hold it. */
export const sampleSession = (id: string): SessionRecord => ({
  id,
  principal: { issuer: 'https://issuer.example', subject: 'agent-1', groups: [], claims: {} },
  people: [{ issuer: 'https://issuer.example', subject: 'agent-1', person: null }],
  formerGroups: null,
  purpose: 'HOPERAT',
  agent: { id: 'readmissions-bot' },
  snowflakeUser: 'CLINIC_AGENT',
  role: 'CLINIC_READER',
  warehouse: null,
  createdAt: new Date(0),
  expiresAt: new Date(8.64e15),
})

/** A span with ids of its own. */
export const sampleSpan = (changes: Partial<CanonicalSpan> = {}): CanonicalSpan => ({
  traceId: randomBytes(16).toString('hex'),
  spanId: randomBytes(8).toString('hex'),
  parentSpanId: null,
  traceState: '',
  flags: 1,
  name: 'SELECT PATIENTS',
  kind: 3,
  startTimeUnixNano: '1700000000000000000',
  endTimeUnixNano: '1700000000000000001',
  status: { code: 0, message: '' },
  attributes: { 'snowfence.span': 'query' },
  events: [],
  links: [],
  dropped: { attributes: 0, events: 0, links: 0 },
  scope: { name: 'sample', version: '1', attributes: {} },
  resource: {},
  ...changes,
})
