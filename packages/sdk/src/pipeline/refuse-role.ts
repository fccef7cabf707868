import type { DecisionReason } from '@snowfence/core'
import { usedRoles } from '@snowfence/sql'
import type { AnalyzedState } from './statement-states.ts'

const staysInRole = (text: string, kind: string, role: string): boolean => {
  const used = usedRoles(text)
  if ('secondaryRoles' in used) return used.secondaryRoles.join() === 'NONE'
  return kind === 'use-role' && used.role === role
}

/**
 * A session holds exactly the role of its lease: with another one, or with secondary roles, it could do more, and what is known
 * of its tables would be another role's. To take the role that is in force changes nothing, and tools begin with it.
 */
export const refuseRole = ({ summary, executableText, context }: AnalyzedState): DecisionReason | null => {
  if (summary.kind !== 'use-role' && summary.kind !== 'use-secondary-roles') return null
  if (summary.status === 'unsupported' || staysInRole(executableText, summary.kind, context.role)) return null
  return {
    code: 'other-role',
    message: `a session holds the role of its lease, ${context.role}, and no other`,
    hint: `leave the statement out, or use ROLE ${context.role} and SECONDARY ROLES NONE`,
  }
}
