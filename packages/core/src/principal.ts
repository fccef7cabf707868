import * as z from 'zod'
import { lineText, proseText } from './text.ts'

/** The authenticated human, service or agent a statement runs for. Only the broker makes one, from a verified token. */
export const principalSchema = z.strictObject({
  /** The issuer and subject of the token: together unique and never reused. */
  issuer: lineText(2048),
  subject: lineText(255),
  groups: z.array(lineText(256)),
  /** Verified claims that policy rules may name. */
  claims: z.record(z.string(), z.unknown()).default({}),
})
export type Principal = z.infer<typeof principalSchema>

/** What the program says about itself. Unverified: recorded, and matched only by conditions on the agent. */
export const agentSchema = z.strictObject({
  id: lineText(200).min(1),
  name: lineText(200).optional(),
  version: lineText(100).optional(),
  model: lineText(200).optional(),
  task: proseText(2000).optional(),
  conversationId: lineText(200).optional(),
})
export type Agent = z.infer<typeof agentSchema>
