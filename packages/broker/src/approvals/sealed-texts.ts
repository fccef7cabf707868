import { type ApprovalStatement, approvalStatementSchema } from '@snowfence/core'
import type { Sealer } from '../keys/sealer.ts'

/** Texts of a request that may hold values of patients: never stored in clear, and bound to their request. */
export interface SealedTexts {
  sealStatement(id: string, statement: ApprovalStatement): string
  openStatement(id: string, sealed: string): ApprovalStatement
  sealReason(id: string, reason: string | null): string | null
  openReason(id: string, sealed: string | null): string | null
  sealComment(id: string, comment: string | null): string | null
  openComment(id: string, sealed: string | null): string | null
}

export const createSealedTexts = (sealer: Sealer): SealedTexts => {
  const seal = (text: string | null, context: string): string | null =>
    text === null ? null : sealer.seal(text, context)
  const open = (sealed: string | null, context: string): string | null =>
    sealed === null ? null : sealer.open(sealed, context)
  return {
    sealStatement: (id, statement) => sealer.seal(JSON.stringify(statement), `approval-statement:${id}`),
    openStatement: (id, sealed) =>
      approvalStatementSchema.parse(JSON.parse(sealer.open(sealed, `approval-statement:${id}`))),
    sealReason: (id, reason) => seal(reason, `approval-reason:${id}`),
    openReason: (id, sealed) => open(sealed, `approval-reason:${id}`),
    sealComment: (id, comment) => seal(comment, `approval-comment:${id}`),
    openComment: (id, sealed) => open(sealed, `approval-comment:${id}`),
  }
}
