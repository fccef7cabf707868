import { type CanonicalSpan, isSameSpan, recordId, type SealedRecord } from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database/tables.ts'
import type { SealedRequest } from './record-store.ts'

/** The records of a request that are new, and where the others stand in the tree. */
export type Unsealed = Required<Pick<SealedRequest, 'records' | 'held'>>

/** A record that is in the tree, and its place there. */
interface SealedBefore {
  readonly record: SealedRecord['record']
  readonly leaf: number
}

/** Of the records of these requests, those that the database holds already, by their id. */
const findSealed = async (
  database: Kysely<Tables>,
  requests: readonly Pick<SealedRequest, 'sessionId' | 'records'>[],
): Promise<Map<string, SealedBefore>> => {
  const wanted = requests.flatMap(({ sessionId, records }) =>
    records.map(({ record: { span } }) => ({
      session_id: sessionId,
      trace_id: span.traceId,
      span_id: span.spanId,
    })),
  )
  if (wanted.length === 0) return new Map()
  // One parameter, however many records a group has, and a join that the index of the spans serves.
  const { rows } = await sql<(typeof wanted)[number] & { leaf_index: number | string; body: string }>`
    select wanted.session_id, wanted.trace_id, wanted.span_id, records.leaf_index, records.body
    from json_to_recordset(${JSON.stringify(wanted)}::json)
      as wanted (session_id text, trace_id text, span_id text)
    join records on coalesce(records.session_id, '') = wanted.session_id
      and records.trace_id = wanted.trace_id and records.span_id = wanted.span_id
  `.execute(database)
  return new Map(
    rows.map((row) => [
      recordId({ traceId: row.trace_id, spanId: row.span_id }, { sessionId: row.session_id }),
      { record: JSON.parse(row.body) as SealedRecord['record'], leaf: Number(row.leaf_index) },
    ]),
  )
}

const conflictOf = ({ spanId }: CanonicalSpan): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_RECORD_CONFLICT', {
    message: `a record with the span id \`${spanId}\` is already sealed with other contents`,
  })

/** @throws SnowfenceError `ERR_AUDIT_RECORD_CONFLICT` when a span is sealed with other contents. */
const unsealedOf = (
  sealed: ReadonlyMap<string, SealedBefore>,
  records: readonly SealedRecord[],
): Unsealed => {
  const held: number[] = []
  const added = records.filter(({ id, record: { span, source } }) => {
    const before = sealed.get(id)
    if (before === undefined) return true
    // What the broker recorded about the session is not the session's to repeat.
    if (before.record.source.producer !== source.producer || !isSameSpan(before.record.span, span)) {
      throw conflictOf(span)
    }
    held.push(before.leaf)
    return false
  })
  return { records: added, held }
}

/**
 * Leaves out records of a session whose spans the database holds already, so that a retry after a lost answer adds
 * nothing, and says where they stand.
 *
 * @throws SnowfenceError `ERR_AUDIT_RECORD_CONFLICT` when a span of the session is sealed with other contents.
 */
export const withoutSealed = async (
  database: Kysely<Tables>,
  sessionId: string,
  records: readonly SealedRecord[],
): Promise<Unsealed> => unsealedOf(await findSealed(database, [{ sessionId, records }]), records)

/**
 * The same for a group of requests that is appended from this leaf on, with one question to the database: each request
 * with the records that neither the database nor a request before it holds. Refuses those that contradict a sealed
 * record, and leaves them out.
 */
export const takeUnsealed = async (
  database: Kysely<Tables>,
  group: readonly SealedRequest[],
  firstLeaf: number,
): Promise<SealedRequest[]> => {
  const sealed = await findSealed(database, group)
  const taken: SealedRequest[] = []
  let next = firstLeaf
  for (const request of group) {
    try {
      const unsealed = unsealedOf(sealed, request.records)
      for (const { id, record } of unsealed.records) {
        sealed.set(id, { record, leaf: next })
        next += 1
      }
      taken.push({ ...request, ...unsealed })
    } catch (error) {
      request.refuse(error)
    }
  }
  return taken
}
