import * as z from 'zod'

/** The authenticated human, service or agent a statement runs for. Only the broker makes one, from a verified token. */
export const principalSchema = z.strictObject({
  /** The issuer and subject of the token: together unique and never reused. */
  issuer: z.string(),
  subject: z.string(),
  groups: z.array(z.string()),
  /** Verified claims that policy rules may name. */
  claims: z.record(z.string(), z.unknown()).default({}),
})
export type Principal = z.infer<typeof principalSchema>

/** What the program says about itself. Unverified: recorded, and matched only by conditions on the agent. */
export const agentSchema = z.strictObject({
  id: z.string().min(1).max(200),
  name: z.string().max(200).optional(),
  version: z.string().max(100).optional(),
  model: z.string().max(200).optional(),
  task: z.string().max(2000).optional(),
  conversationId: z.string().max(200).optional(),
})
export type Agent = z.infer<typeof agentSchema>
