import * as z from 'zod'
import type { Mask } from './mask.ts'
import type { IdentifierKind } from './profiles.ts'
import type { ConstantPlace, UsePlace } from './statement-summary.ts'

/** One reason of a decision, for a person and as data for an agent. Free of literals and values. */
export interface DecisionReason {
  /** Kebab-case, from the closed list in `@snowfence/policy`. */
  readonly code: string
  readonly message: string
  /** What would pass. */
  readonly hint: string
}

export interface ColumnDecision {
  /** The output column's name; `null` where Snowflake makes one up. */
  readonly name: string | null
  readonly sources: readonly string[]
  /** The classes of its sources, sorted. */
  readonly classes: readonly string[]
  readonly mask: Mask | null
  /**
   * The identifiers that its classes say it holds. Present only where every value is one stored column's own, unchanged:
   * nothing that the statement's writer chose is in it.
   */
  readonly storedIdentifiers?: readonly IdentifierKind[]
  readonly because: string
}

/** A change to the statement or its context that was tried against the policy and passes. Data for an agent. */
export type Remedy = {
  readonly leadsTo: 'allow' | 'needs-approval'
  /** What the answer then says differently, for a person; null where the question stays the same. */
  readonly changes: string | null
} & (
  | {
      readonly kind: 'drop-use'
      readonly uses: readonly { readonly column: string; readonly place: UsePlace }[]
    }
  | { readonly kind: 'drop-column'; readonly columns: readonly string[] }
  | { readonly kind: 'drop-table'; readonly tables: readonly string[] }
  | { readonly kind: 'use-purpose'; readonly purpose: string }
  | { readonly kind: 'aggregate'; readonly minimumGroupSize: number }
  | {
      readonly kind: 'add-subject'
      readonly columns: readonly string[]
      /** Whether the statement must group by them too. */
      readonly groups?: true
    }
  | { readonly kind: 'query-only'; readonly tables: readonly string[] }
)

/** Where a result shows whose data a row is, so that distinct subjects can be counted before masking. */
export interface SubjectColumn {
  readonly column: string
  /** Position of the output that carries it, from 0. */
  readonly output: number
}

/** A subject column that the statement pins to constants of its own: these are the subjects, before anything runs. */
export interface PinnedSubject {
  readonly column: string
  /** Places and no values: whoever counts reads them from the text and the binds that are sent. */
  readonly constants: readonly ConstantPlace[]
}

export interface Limits {
  readonly rows?: number
  readonly statementsPerHour?: number
  /** Distinct data subjects, counted by the resource's `subject` column. */
  readonly subjectsPerTask?: number
  readonly subjectsPerDay?: number
  readonly minimumGroupSize?: number
}

export const approvalRequirementSchema = z.strictObject({
  /** The rule that asks for it. */
  rule: z.string(),
  approverGroups: z.array(z.string()).min(1),
  quorum: z.int().min(1),
  /** How long a person has to decide. */
  deadlineSeconds: z.int().positive(),
  /** How long the approval may be used after it was given. */
  validForSeconds: z.int().positive(),
  /** `one-time`: one exact statement, once. `time-boxed`: principal, rule and resources for a window. */
  kind: z.enum(['one-time', 'time-boxed']),
  /** The Snowflake role the statement needs; null when the session's own role is enough. */
  role: z.string().nullable(),
  /** Break-glass: granted at once, reviewed afterwards without fail. */
  breakGlass: z.boolean(),
})
export type ApprovalRequirement = z.infer<typeof approvalRequirementSchema>

export type Profile = 'safe-harbor' | 'limited-data-set' | 'full'

/** May they, and with what obligations. Made by `evaluate` only. */
export interface Decision {
  readonly decision: 'allow' | 'deny' | 'needs-approval'
  /** Ids of the rules that decided. */
  readonly rules: readonly string[]
  readonly columns: readonly ColumnDecision[]
  readonly limits: Limits
  readonly approval: ApprovalRequirement | null
  /** Never empty for `deny` and `needs-approval`. */
  readonly reasons: readonly DecisionReason[]
  /** What would pass instead. Empty for `allow`, and where nothing that was tried passes. */
  readonly wouldPass: readonly Remedy[]
  /** The outputs to count distinct data subjects by; complete when `limits` bounds subjects. */
  readonly subjects: readonly SubjectColumn[]
  /**
   * Subjects that the statement itself names and is permitted for: they count whether or not a row comes back. Absent for
   * none, and where `subjects` alone says whose every row is.
   */
  readonly pinnedSubjects?: readonly PinnedSubject[]
  /**
   * Whether a conversion may fail for a row of somebody whom the statement does not name. The statement counts as one
   * subject more, whether or not it fails.
   */
  readonly mayTellOfOthers?: true
  /** The de-identification profile that the shown columns meet. */
  readonly profile: Profile
  /** Version and digest of the policy that decided. */
  readonly policy: { readonly version: string; readonly digest: string }
}
