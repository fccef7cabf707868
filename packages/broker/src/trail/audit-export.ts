import { KeyObject } from 'node:crypto'
import {
  createExportedHead,
  createNoteKey,
  formatHeadLine,
  formatNoteKey,
  formatRecordLine,
  signCheckpoint,
  type TreeHead,
} from '@snowfence/audit'
import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Tables } from '../database/tables.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { Trail } from './trail.ts'

interface ExportPage {
  /** Index of the first record to export. */
  readonly from: number
  readonly limit: number
  /** Only records of this session; null for all. */
  readonly sessionId: string | null
}

/** The trail as auditors take it away: signed heads, and pages of records that can be verified offline. */
export interface AuditExporter {
  /** A signed checkpoint of the tree now (C2SP tlog-checkpoint). */
  checkpoint(): Promise<string>
  /** The public key of checkpoints, `name+id+base64`. */
  key(): string
  /**
   * JSON Lines: records, then the head that covers them. Pages that follow one another make one verifiable export.
   */
  page(page: ExportPage): Promise<{ readonly lines: string; readonly next: number | null }>
}

export interface AuditExporterOptions {
  readonly database: Kysely<Tables>
  readonly trail: Trail
  readonly keys: KeyStore
  readonly clock: Clock
  /** The log's name: what its checkpoints are about. */
  readonly origin: () => string
}

export const createAuditExporter = (options: AuditExporterOptions): AuditExporter => {
  const { database, trail, keys, clock, origin } = options
  const signingKey = (): KeyObject => KeyObject.from(keys.active('checkpoint').privateKey)
  const sign = (head: TreeHead): string => signCheckpoint(head, origin(), signingKey(), clock())
  return {
    checkpoint: async () => sign(await trail.tree.head()),
    key: () => formatNoteKey(createNoteKey(origin(), signingKey())),
    async page({ from, limit, sessionId }) {
      const { size } = await trail.tree.head()
      const start = Math.min(from, size)
      const end = Math.min(start + limit, size)
      let query = database
        .selectFrom('records')
        .select(['leaf_index', 'body'])
        .where('leaf_index', '>=', start)
        .where('leaf_index', '<', end)
        .orderBy('leaf_index')
      if (sessionId !== null) query = query.where('session_id', '=', sessionId)
      const rows = await query.execute()
      const head = await trail.tree.head(end)
      const evidence = await trail.tree.evidence(start, end)
      const exported = createExportedHead({ ...head, note: sign(head), from: start }, evidence)
      const lines = rows.map((row) => formatRecordLine({ index: Number(row.leaf_index), text: row.body }))
      return { lines: [...lines, formatHeadLine(exported)].join(''), next: end < size ? end : null }
    },
  }
}
