import type { ApprovalRequirement, Decision, Limits, Remedy } from '@snowfence/core'
import { printMask } from './print-mask.ts'

const headlines: Readonly<Record<Decision['decision'], string>> = {
  allow: 'allowed',
  deny: 'denied',
  'needs-approval': 'needs the approval of a person',
}

/** A decision for a person to read: what was decided, by which rules, why, how each column comes back, what would pass. */
export const renderDecision = (decision: Decision): string => {
  const { rules, reasons, columns, limits, approval, wouldPass, profile, policy } = decision
  const by = rules.length === 0 ? '' : ` by ${rules.join(', ')}`
  return [
    `${headlines[decision.decision]}${by} (policy ${policy.version})`,
    ...section(
      'because',
      reasons.map(({ code, message, hint }) => `${message} [${code}]\n    ${hint}`),
    ),
    ...section(
      'columns',
      columns.map(
        ({ name, mask, because }, index) => `${name ?? `#${index + 1}`}: ${printMask(mask)} (${because})`,
      ),
    ),
    ...section('limits', limitsInWords(limits)),
    ...section('approval', approval === null ? [] : [approvalInWords(approval)]),
    ...section('would pass', wouldPass.map(remedyInWords)),
    ...(decision.decision === 'deny' ? [] : [`de-identification met: ${profile}`]),
  ].join('\n')
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)]

const limitsInWords = (limits: Limits): string[] => {
  const words: Readonly<Record<keyof Limits, string>> = {
    rows: 'rows in one result',
    statementsPerHour: 'statements in an hour',
    subjectsPerTask: 'data subjects in one task',
    subjectsPerDay: 'data subjects in a day',
    minimumGroupSize: 'rows in every group, at least',
  }
  return (Object.keys(words) as (keyof Limits)[]).flatMap((name) =>
    limits[name] === undefined ? [] : `${limits[name]} ${words[name]}`,
  )
}

const approvalInWords = (approval: ApprovalRequirement): string => {
  const people = `${approval.quorum} of ${approval.approverGroups.join(' or ')}`
  const role = approval.role === null ? '' : `, runs as ${approval.role}`
  return approval.breakGlass
    ? `granted at once, reviewed by ${people} within ${approval.deadlineSeconds} s${role}`
    : `${people} within ${approval.deadlineSeconds} s, ${approval.kind}, valid ${approval.validForSeconds} s${role}`
}

/** What would pass, as an instruction. */
export const remedyInWords = (remedy: Remedy): string => {
  const after = remedy.leadsTo === 'allow' ? '' : ' (then a person is asked)'
  const changes = remedy.changes === null ? '' : `; ${remedy.changes}`
  return `${instruction(remedy)}${after}${changes}`
}

const instruction = (remedy: Remedy): string => {
  switch (remedy.kind) {
    case 'drop-use':
      return `without ${remedy.uses.map(({ column, place }) => `${column} in ${place}`).join(', ')}`
    case 'drop-column':
      return `without ${remedy.columns.join(', ')}`
    case 'drop-table':
      return `without ${remedy.tables.join(', ')}`
    case 'use-purpose':
      return `for the purpose ${remedy.purpose}, if that is what it is for`
    case 'aggregate':
      return `as groups of at least ${remedy.minimumGroupSize}: HAVING COUNT(*) >= ${remedy.minimumGroupSize}`
    case 'add-subject':
      return `with ${remedy.columns.join(', ')} among the outputs${remedy.groups ? ' and in GROUP BY' : ''}`
    case 'query-only':
      return 'its SELECT by itself, or as a common table expression (WITH) of the statement that would read it'
    default:
      return remedy satisfies never
  }
}
