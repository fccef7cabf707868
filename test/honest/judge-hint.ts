import type { Decision, Remedy } from '@snowfence/core'
import { remedyInWords } from '@snowfence/policy'
import type { PolicyGate } from './policy-gate.ts'
import type { RightfulDenial } from './rightful-denial.ts'
import type { SampleClinic } from './sample-clinic.ts'

export const faults = ['silently widened', 'silently changed', 'invalid SQL', 'denied again'] as const
export type Fault = (typeof faults)[number]

export interface JudgedHint {
  readonly faults: readonly Fault[]
  readonly namesUsefulForm: boolean
  /** Kinds of remedies for which the denial's `followed` has no statement. */
  readonly unchecked: readonly string[]
}

/** Parts of a statement that decide which rows there are: without them the answer is about more than was asked. */
const restricting = new Set(['filter', 'join', 'having', 'set'])

/** Words with which a text says that the answer is another one. */
const tellsTheChange =
  /\b(all|every|whole|more|fewer|other|different|instead|no longer|not the same|widens?|at least|only)\b/i

type Rows = readonly Record<string, unknown>[]

/** The rows without their order, by the columns that both results have. */
const compare = (asked: Rows, answered: Rows): boolean => {
  if (asked.length !== answered.length) return false
  const columns = Object.keys(asked[0] ?? {}).filter((name) => name in (answered[0] ?? {}))
  const plain = (rows: Rows): string =>
    JSON.stringify(rows.map((row) => JSON.stringify(columns.map((name) => row[name]))).sort())
  return plain(asked) === plain(answered)
}

const textOfRefusal = ({ reasons, wouldPass }: Decision): string =>
  [...reasons.flatMap(({ message, hint }) => [message, hint]), ...wouldPass.map(remedyInWords)].join('\n')

const judgeRemedy = async (
  denial: RightfulDenial,
  remedy: Remedy,
  { gate, clinic }: { readonly gate: PolicyGate; readonly clinic: SampleClinic },
): Promise<readonly Fault[] | 'unchecked'> => {
  const sql = denial.followed[remedy.kind]
  if (sql === undefined) return 'unchecked'
  const purpose = remedy.kind === 'use-purpose' ? remedy.purpose : denial.purpose
  const found: Fault[] = []
  if (gate.judge({ ...denial, purpose, sql }).decision.decision === 'deny') found.push('denied again')
  const answered = await clinic.run(sql).catch(() => null)
  if (answered === null) return [...found, 'invalid SQL']
  const asked = await clinic.run(denial.sql).catch(() => null)
  const told = tellsTheChange.test(remedy.changes ?? '')
  if (asked !== null && !told && !compare(asked, answered))
    found.push(restricting.has(denial.kind) ? 'silently widened' : 'silently changed')
  return found
}

/** Follows every remedy of a refusal as an agent would, on the warehouse and by the policy. */
export const judgeHint = async (
  denial: RightfulDenial,
  decision: Decision,
  parts: { readonly gate: PolicyGate; readonly clinic: SampleClinic },
): Promise<JudgedHint> => {
  const found = new Set<Fault>()
  const unchecked = new Set<string>()
  for (const remedy of decision.wouldPass) {
    const judged = await judgeRemedy(denial, remedy, parts)
    if (judged === 'unchecked') unchecked.add(remedy.kind)
    else for (const fault of judged) found.add(fault)
  }
  return {
    faults: [...found].sort(),
    namesUsefulForm: new RegExp(denial.names, 'i').test(textOfRefusal(decision)),
    unchecked: [...unchecked],
  }
}
