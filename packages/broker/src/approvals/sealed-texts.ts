import { type ApprovalStatement, approvalStatementSchema } from '@snowfence/core'
import type { DeclaredTexts } from '../keys/declared-texts.ts'
import type { Sealer } from '../keys/sealer.ts'

/**
 * Texts of a request that may hold values of patients: never stored in clear, and bound to their request. The statement is
 * kept as it is, since a person judges its very bytes; identifiers in declared texts are replaced.
 */
export interface SealedTexts {
  sealStatement(id: string, statement: ApprovalStatement): string
  openStatement(id: string, sealed: string): ApprovalStatement
  sealTask(id: string, task: string | null): string | null
  openTask(id: string, sealed: string | null): string | null
  sealReason(id: string, reason: string | null): string | null
  openReason(id: string, sealed: string | null): string | null
  sealComment(id: string, comment: string | null): string | null
  openComment(id: string, sealed: string | null): string | null
}

export const createSealedTexts = (sealer: Sealer, declared: DeclaredTexts): SealedTexts => {
  const seal = (text: string | null, context: string): string | null =>
    text === null ? null : declared.seal(text, context)
  const open = (sealed: string | null, context: string): string | null =>
    sealed === null ? null : declared.open(sealed, context)
  return {
    sealStatement: (id, statement) => sealer.seal(JSON.stringify(statement), `approval-statement:${id}`),
    openStatement: (id, sealed) =>
      approvalStatementSchema.parse(JSON.parse(sealer.open(sealed, `approval-statement:${id}`))),
    sealTask: (id, task) => seal(task, `approval-task:${id}`),
    openTask: (id, sealed) => open(sealed, `approval-task:${id}`),
    sealReason: (id, reason) => seal(reason, `approval-reason:${id}`),
    openReason: (id, sealed) => open(sealed, `approval-reason:${id}`),
    sealComment: (id, comment) => seal(comment, `approval-comment:${id}`),
    openComment: (id, sealed) => open(sealed, `approval-comment:${id}`),
  }
}
