/** One thing that is wrong with an export. Indexes count records from 0. */
export type VerificationProblem =
  /** The record's bytes are not those that were sealed. */
  | { readonly kind: 'record-changed'; readonly index: number }
  /** A sealed record is not in the export, though later ones are. */
  | { readonly kind: 'record-missing'; readonly index: number }
  /** The record at `index` was sealed as record `belongsAt`. */
  | { readonly kind: 'record-reordered'; readonly index: number; readonly belongsAt: number }
  /** A second line for this index. */
  | { readonly kind: 'record-added'; readonly index: number }
  /** Two sealed records carry the same trace and span id. */
  | { readonly kind: 'record-repeated'; readonly index: number; readonly first: number }
  /** The record does not have the form of its version. */
  | { readonly kind: 'record-malformed'; readonly index: number }
  /** The export ends before what a head or an anchor covers. */
  | { readonly kind: 'tail-cut'; readonly expected: number; readonly found: number }
  /** Something among the records `from` to `to - 1` was changed, and its own hash list with it. */
  | { readonly kind: 'interval-contradicts'; readonly from: number; readonly to: number }
  /** The records are what was sealed, but the hash list that the export carries beside them is not. */
  | { readonly kind: 'evidence-changed'; readonly from: number; readonly to: number }
  /** The checkpoint at `position` is malformed, not signed by the key, or says something else than its line. */
  | { readonly kind: 'checkpoint-invalid'; readonly position: number; readonly reason: string }
  /** A head between the sizes `from` and `to` is gone. */
  | { readonly kind: 'checkpoint-missing'; readonly from: number; readonly to: number }
  /** The checkpoint at `position` stands in the export a second time. */
  | { readonly kind: 'checkpoint-repeated'; readonly position: number }
  /** The heads do not follow each other in size and time. */
  | { readonly kind: 'checkpoint-reordered'; readonly position: number }
  /** A head carried off the box (a receipt, a QUERY_TAG, a witness's file) is not one of this tree. */
  | { readonly kind: 'anchor-contradicts'; readonly size: number }

/** Statements that were let through and whose outcome is in no record: what became of them is unknown. */
export interface OpenStatements {
  readonly count: number
  /** When the first of them was let through, ISO 8601; null when there is none. */
  readonly since: string | null
  /** Traces of the first of them, at most twenty. */
  readonly traces: readonly string[]
}

export interface VerificationReport {
  /** Whether everything in the export is proved: there is a trusted head, it covers every record, and nothing contradicts it. */
  readonly proved: boolean
  /** Whether nothing in the export contradicts a head. An export without any head is intact and proves nothing. */
  readonly intact: boolean
  readonly problems: readonly VerificationProblem[]
  /** Records in the export. */
  readonly records: number
  /**
   * Size of the tree that the last verified head covers, or a head that was kept elsewhere and fits. Records from this
   * index on may be forged.
   */
  readonly sealed: number
  /** Records that neither a signed head nor a head kept elsewhere covers. */
  readonly unproved: number
  /** Verified checkpoints. */
  readonly checkpoints: number
  /** Whether signatures were checked: without a key, whoever holds the file can rewrite all of it. */
  readonly signed: boolean
  /**
   * Size of the largest head kept elsewhere that fits this trail, or 0. Beyond it the key's holder can have rewritten or
   * cut the trail; a check without such a head cannot notice.
   */
  readonly witnessed: number
  /** Size, root (base64) and time of the last verified checkpoint: keep it elsewhere, as the next check's anchor. */
  readonly head: {
    readonly size: number
    readonly rootHash: string
    readonly issuedAt: string | null
    /** Witnesses whose cosignature was verified. */
    readonly witnesses: readonly string[]
  } | null
  /** Counted among the proved records; an excerpt may lack outcomes that the trail holds. */
  readonly openStatements: OpenStatements
}

/** One problem in words. */
export const describeProblem = (problem: VerificationProblem): string => {
  switch (problem.kind) {
    case 'record-changed':
      return `record ${problem.index} was changed after it was sealed`
    case 'record-missing':
      return `record ${problem.index} was sealed and is missing`
    case 'record-reordered':
      return `the record at place ${problem.index} was sealed as record ${problem.belongsAt}`
    case 'record-added':
      return `record ${problem.index} is in the export more than once`
    case 'record-repeated':
      return `record ${problem.index} repeats the trace and span id of record ${problem.first}`
    case 'record-malformed':
      return `record ${problem.index} does not have the form of a record`
    case 'tail-cut':
      return `the end was cut: ${problem.expected} records were sealed, the export has ${problem.found}`
    case 'interval-contradicts':
      return `something among records ${problem.from} to ${problem.to - 1} was changed: they do not fold to the signed root`
    case 'evidence-changed':
      return `the hash list for records ${problem.from} to ${problem.to - 1} was changed; the records themselves are intact`
    case 'checkpoint-invalid':
      return `checkpoint ${problem.position} is not valid: ${problem.reason}`
    case 'checkpoint-missing':
      return `a checkpoint between sizes ${problem.from} and ${problem.to} is missing`
    case 'checkpoint-repeated':
      return `checkpoint ${problem.position} is in the export more than once`
    case 'checkpoint-reordered':
      return `checkpoint ${problem.position} does not follow the one before it`
    case 'anchor-contradicts':
      return `the head that was kept elsewhere for size ${problem.size} is not one of this trail`
    default:
      return problem satisfies never
  }
}
