import type { DevelopmentIdentity } from './identity-provider.ts'

/** Who can log in on the development stack. Roles, not people. */
export const sampleIdentities = {
  agent: { subject: 'readmissions-bot', groups: ['clinic-agents'] },
  reviewer: { subject: 'privacy-officer', groups: ['privacy-office'] },
  auditor: { subject: 'auditor', groups: ['auditors'] },
  operator: { subject: 'platform-operator', groups: ['operators'] },
} as const satisfies Record<string, DevelopmentIdentity>

export type SampleIdentity = keyof typeof sampleIdentities
