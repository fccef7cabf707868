import { setTimeout as delay } from 'node:timers/promises'
import type { Account } from '../account.ts'
import type { Query } from '../query/query.ts'
import { rowType } from '../result/result-column.ts'
import type { EncodedRow } from '../result/result-set.ts'
import { noSuchQuery } from '../snowflake-error.ts'
import type { Transfer } from '../statement/run-transfer.ts'
import { type StatementResult, statementTypes } from '../statement/statement-result.ts'
import { type Envelope, failure, success } from './envelope.ts'
import { stageEndPoint } from './stage-routes.ts'

const running = '333333'
const runningDetached = '333334'

/** The answer to a request for a statement's result: its result, its failure, or that it still runs. */
export const answerQuery = async (
  account: Account,
  query: Query,
  holdMs: number,
  baseUrl: string,
): Promise<Envelope> => {
  const { outcome } = query
  if (!outcome) return failure(query.error ?? noSuchQuery(), query.id)
  const timer = new AbortController()
  const ended = await Promise.race([outcome, delay(holdMs, null, { signal: timer.signal }).catch(() => null)])
  timer.abort()
  if (!ended) return inProgress(query)
  if (ended.kind === 'failure') return failure(ended.error, query.id)
  return success(resultData(account, query, ended.result, baseUrl))
}

export const inProgress = (query: Query): Envelope => ({
  data: {
    queryId: query.id,
    getResultUrl: `/queries/${query.id}/result`,
    queryAbortsAfterSecs: 300,
    progressDesc: null,
  },
  code: query.request.detached ? runningDetached : running,
  message: query.request.detached
    ? 'Query execution in progress. Asynchronous execution was requested.'
    : 'Query execution in progress.',
  success: true,
})

const chunkCount = (rows: number, chunkRows: number) => Math.max(0, Math.ceil(rows / chunkRows) - 1)

/** Rows as JSON arrays with commas between them and no brackets around: the form of a chunk. */
export const chunkBody = (rows: readonly EncodedRow[]): string =>
  rows.map((row) => JSON.stringify(row)).join(',')

export const chunkRowsOf = (
  result: StatementResult,
  index: number,
  chunkRows: number,
): readonly EncodedRow[] => result.rows.slice((index + 1) * chunkRows, (index + 2) * chunkRows)

/** What the driver's file transfer reads. The files are at this server, addressed as Google's cloud addresses its own. */
const transferData = (transfer: Transfer, baseUrl: string) => ({
  command: transfer.command,
  src_locations: transfer.sourceLocations,
  ...(transfer.localLocation === null ? {} : { localLocation: transfer.localLocation }),
  parallel: transfer.parallel,
  autoCompress: transfer.autoCompress,
  sourceCompression: transfer.sourceCompression,
  overwrite: transfer.overwrite,
  presignedUrls: [],
  encryptionMaterial: null,
  stageInfo: {
    locationType: 'GCS',
    location: transfer.location,
    path: transfer.location,
    region: 'local',
    storageAccount: null,
    isClientSideEncrypted: false,
    endPoint: stageEndPoint(baseUrl),
    creds: { GCS_ACCESS_TOKEN: transfer.token },
  },
})

const resultData = (account: Account, query: Query, result: StatementResult, baseUrl: string) => {
  const { session } = query
  const { chunkRows } = account.settings
  const chunks = Array.from({ length: chunkCount(result.rows.length, chunkRows) }, (_, index) => {
    const rows = chunkRowsOf(result, index, chunkRows)
    const size = Buffer.byteLength(chunkBody(rows))
    const url = `${baseUrl}/chunks/${query.id}/${index}?key=${query.chunkKey}`
    return { url, rowCount: rows.length, uncompressedSize: size, compressedSize: size }
  })
  return {
    parameters: session.parameters.list(),
    rowtype: result.columns.map(rowType),
    rowset: result.rows.slice(0, chunkRows),
    total: result.rows.length,
    returned: result.rows.length,
    ...(chunks.length > 0 ? { chunks, chunkHeaders: {} } : {}),
    queryId: query.id,
    databaseProvider: null,
    finalDatabaseName: session.database,
    finalSchemaName: session.schema,
    finalWarehouseName: session.warehouse,
    finalRoleName: session.role,
    numberOfBinds: query.request.binds[0]?.length ?? 0,
    arrayBindSupported: result.type === 'insert',
    statementTypeId: statementTypes[result.type],
    version: 1,
    sendResultTime: Date.now(),
    queryResultFormat: 'json',
    queryContext: { entries: [] },
    ...(result.transfer ? transferData(result.transfer, baseUrl) : {}),
    ...(result.resultIds
      ? { resultIds: result.resultIds.join(','), resultTypes: result.resultIds.map(() => '4096').join(',') }
      : {}),
  }
}
