import type { DecisionReason } from '@snowfence/core'

interface ReasonEntry {
  readonly message: string
  readonly hint: string
}

/** Every reason that a decision can give. The message is for this code in general; `reason` makes it concrete. */
export const reasonCatalogue = {
  'statement-not-understood': {
    message: 'the statement is not understood, and what is not understood is denied',
    hint: 'write it in a simpler form',
  },
  'nothing-to-decide': {
    message: 'the statement has no effect that a rule could speak of',
    hint: 'run one statement that reads or writes a table',
  },
  'rule-failed': {
    message: 'a rule could not be evaluated, so the statement is denied',
    hint: 'tell the owner of the policy which rule failed',
  },
  'forbidden-by-rule': {
    message: 'a rule forbids it',
    hint: 'leave out what the rule forbids',
  },
  'no-permit': {
    message: 'no rule permits it',
    hint: 'ask the owner of the policy for a rule, or leave it out',
  },
  'unclassified-column': {
    message: 'the column is not classified, and the policy denies columns that are not',
    hint: 'leave the column out, or ask the owner of the policy to classify it',
  },
  'use-not-allowed': {
    message: 'a masked column would steer the result',
    hint: 'leave the column out of this place; counting it is free',
  },
  'computed-not-allowed': {
    message: 'something would be computed from a masked column',
    hint: 'select the column itself: it comes back masked',
  },
  'write-would-declassify': {
    message: 'a classified value would be written where its classification is lost',
    hint: 'write it to a column of the same class, or leave it out',
  },
  'write-over-classified': {
    message: 'a classified column would be overwritten with a value that may be a mask',
    hint: 'write the column from a column of the same class, or leave it out',
  },
  'classified-in-effect': {
    message: 'a classified column is used by an effect that cannot be masked',
    hint: 'leave the column out',
  },
  'group-too-small': {
    message: 'only groups of a minimum size may be read',
    hint: 'group the rows and add HAVING COUNT(*) >= the minimum',
  },
  'not-an-aggregate': {
    message: 'only groups may be read, and an output would show single rows',
    hint: 'use COUNT, SUM or AVG, or group by the column',
  },
  'subject-not-countable': {
    message: 'the distinct data subjects of the result cannot be counted',
    hint: 'add the subject column of every table to the outputs',
  },
  'profile-not-met': {
    message: 'the result would not meet the de-identification profile that is required',
    hint: 'leave out the column',
  },
  'approvals-conflict': {
    message: 'two rules ask for approvals that no one request can satisfy',
    hint: 'read what they protect in separate statements',
  },
  'needs-approval': {
    message: 'a person must approve it first',
    hint: 'run it and wait for the decision, or leave out what needs approval',
  },
  'needs-break-glass': {
    message: 'it is granted at once and will be reviewed by a person',
    hint: 'go on only if the emergency is real: the review is mandatory',
  },
} as const satisfies Record<string, ReasonEntry>

export type ReasonCode = keyof typeof reasonCatalogue
export const reasonCodes = Object.keys(reasonCatalogue) as [ReasonCode, ...ReasonCode[]]

/** A reason made concrete. Texts may hold names and rule ids, never literals or values. */
export const reason = (code: ReasonCode, text: { message?: string; hint?: string } = {}): DecisionReason => ({
  code,
  message: text.message ?? reasonCatalogue[code].message,
  hint: text.hint ?? reasonCatalogue[code].hint,
})
