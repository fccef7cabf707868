import { randomUUID } from 'node:crypto'
import { cutText, type StatementIdentity } from '@snowfence/core'
import { declaredText } from '@snowfence/masking'
import type { DriverConnection, DriverStatementOption } from '../driver/snowflake-driver.ts'

/** Characters of a reason that the broker takes. */
const MOST_REASON = 2000

export type RowMode = 'object' | 'array' | 'object_with_renamed_duplicated_columns'

/** A bind as the driver would send it: read once, so that a later change of the caller's objects changes nothing. */
export type BindValue =
  | string
  | number
  | boolean
  | null
  | { readonly [key: string]: unknown }
  | readonly unknown[]

/** The options of one `execute`, read once and copied. */
export interface ReceivedStatement {
  readonly sqlText: string | undefined
  readonly binds: readonly BindValue[] | undefined
  readonly requestId: string
  /** The caller named the request id: the driver would return an earlier statement's result. */
  readonly isResubmission: boolean
  readonly streamResult: boolean | undefined
  readonly fetchAsString: readonly string[] | undefined
  readonly rowMode: RowMode | undefined
  readonly parameters: Readonly<Record<string, unknown>> | undefined
  readonly asyncExec: boolean
  readonly describeOnly: boolean
  readonly cwd: string | undefined
  readonly complete: ((error: unknown, statement: unknown, rows?: unknown) => void) | undefined
  /** Continues an approval request that was filed earlier. */
  readonly approvalId: string | null
  /** Overrides the connection's choice between waiting for a person and failing at once. */
  readonly onApproval: 'wait' | 'throw' | null
  /** Why the agent asks, with identifiers replaced: shown to the person who approves. A Snowfence option. */
  readonly reason: string | null
}

/** snowflake-sdk's options of `execute`, and what a governed connection adds. */
export type GovernedStatementOptions = Omit<DriverStatementOption, 'binds'> & {
  /** Any value the driver takes at run time: also dates and plain objects. */
  readonly binds?: readonly unknown[]
  /** Why the agent asks: shown to the person who approves. */
  readonly reason?: string
  readonly onApproval?: 'wait' | 'throw'
  /** Continues an approval request that was filed earlier. */
  readonly approvalId?: string
}

type RuntimeOptions = Partial<DriverStatementOption> & {
  readonly fileStream?: unknown
  readonly internal?: unknown
  readonly reason?: unknown
  readonly approvalId?: string
  readonly onApproval?: unknown
}

/** What the driver calls an object: neither a list nor of a class that names itself, such as a Buffer. */
const isDriverObject = (value: unknown): boolean =>
  Object.prototype.toString.call(value) === '[object Object]'

const snapshotBind = (value: unknown): BindValue => {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  // The driver sends a Date as the text of its toJSON, typed TEXT.
  if (value instanceof Date) return value.toJSON()
  const json = JSON.stringify(value)
  // A list or an object is a VARIANT to the driver; anything else, such as a Buffer, is the text of its JSON.
  return Array.isArray(value) || isDriverObject(value) ? (JSON.parse(json) as BindValue) : json
}

/** As the driver sends it: JSON. */
const plainCopy = (parameters: object): Record<string, unknown> =>
  JSON.parse(JSON.stringify(parameters)) as Record<string, unknown>

const snapshotBinds = (binds: readonly unknown[]): readonly BindValue[] =>
  Object.freeze(
    binds.map((bind) => (Array.isArray(bind) ? Object.freeze(bind.map(snapshotBind)) : snapshotBind(bind))),
  )

/**
 * Validates the options of `execute` exactly as the installed driver does, and copies them.
 *
 * The driver is its own judge: a connection that was never connected is given the same options, without text to run
 * and without a callback. What it throws is what the caller sees.
 *
 * @throws the driver's MissingParameterError and InvalidParameterError, 409xxx and 411006
 */
export const receiveStatement = (probe: DriverConnection, options: unknown): ReceivedStatement => {
  const given = options as RuntimeOptions
  if (!isDriverObject(given)) probe.execute(given as unknown as DriverStatementOption)
  const copy = {
    sqlText: given.sqlText,
    binds: given.binds as unknown,
    requestId: given.requestId,
    streamResult: given.streamResult,
    fetchAsString: given.fetchAsString,
    rowMode: given.rowMode,
    parameters: given.parameters,
    asyncExec: given.asyncExec,
    describeOnly: given.describeOnly,
    cwd: given.cwd,
    internal: given.internal,
    complete: given.complete as unknown,
    reason: given.reason,
    approvalId: given.approvalId,
    onApproval: given.onApproval,
  }
  probe.execute({
    ...copy,
    ...(typeof copy.sqlText === 'string' ? { sqlText: 'select 1' } : {}),
    // With a callback the driver would ask for rows, fail, and build its request from the caller's binds once more.
    ...(typeof copy.complete === 'function' ? { complete: undefined } : {}),
  } as unknown as DriverStatementOption)
  const binds = copy.binds === undefined || copy.binds === null ? undefined : (copy.binds as unknown[])
  return {
    // A String object passes for text with the driver, and could answer differently each time it is asked.
    sqlText: copy.sqlText === undefined || copy.sqlText === null ? undefined : String(copy.sqlText),
    binds: binds === undefined ? undefined : snapshotBinds(binds),
    requestId: copy.requestId ? String(copy.requestId) : randomUUID(),
    isResubmission: Boolean(copy.requestId),
    streamResult: copy.streamResult ?? undefined,
    fetchAsString: copy.fetchAsString ? [...copy.fetchAsString] : undefined,
    rowMode: (copy.rowMode as RowMode | null | undefined) ?? undefined,
    parameters: copy.parameters ? plainCopy(copy.parameters) : undefined,
    asyncExec: copy.asyncExec === true,
    describeOnly: copy.describeOnly === true,
    cwd: copy.cwd ?? undefined,
    complete: (copy.complete as ReceivedStatement['complete']) ?? undefined,
    approvalId: copy.approvalId ?? null,
    onApproval: copy.onApproval === 'throw' || copy.onApproval === 'wait' ? copy.onApproval : null,
    reason: typeof copy.reason === 'string' ? cutText(declaredText(copy.reason), MOST_REASON) : null,
  }
}

/**
 * Validates and copies the options of `fetchResult`, the driver being its own judge again.
 *
 * @throws the driver's MissingParameterError and InvalidParameterError, 410xxx and 411006
 */
export const receiveFetch = (
  probe: DriverConnection,
  options: unknown,
): { readonly received: ReceivedStatement; readonly queryId: string } => {
  const judge = probe as unknown as { fetchResult(options: unknown): unknown }
  const given = options as RuntimeOptions
  if (!isDriverObject(given)) judge.fetchResult(given)
  const { queryId, complete, streamResult, fetchAsString, rowMode, cwd } = given
  judge.fetchResult({
    queryId,
    streamResult,
    fetchAsString,
    rowMode,
    cwd,
    complete: typeof complete === 'function' ? undefined : complete,
  })
  return {
    queryId: queryId as string,
    received: {
      sqlText: undefined,
      binds: undefined,
      requestId: randomUUID(),
      isResubmission: false,
      streamResult: streamResult ?? undefined,
      fetchAsString: fetchAsString ? [...fetchAsString] : undefined,
      rowMode: (rowMode as RowMode | null | undefined) ?? undefined,
      parameters: undefined,
      asyncExec: false,
      describeOnly: false,
      cwd: cwd ?? undefined,
      complete: (complete as ReceivedStatement['complete']) ?? undefined,
      approvalId: null,
      onApproval: null,
      reason: null,
    },
  }
}

/** What the audit trail keeps of binds: the driver's type name of each, of bulk binds those of the first row, and its rows. */
export const describeBinds = (
  binds: readonly BindValue[] | undefined,
): Pick<StatementIdentity, 'bindTypes' | 'bindRows'> => {
  const first = binds?.[0]
  return Array.isArray(first)
    ? { bindTypes: typesOf(first), bindRows: binds?.length ?? 0 }
    : { bindTypes: typesOf(binds ?? []) }
}

const typesOf = (row: readonly unknown[]): readonly string[] =>
  row.map((value) => {
    if (typeof value === 'boolean') return 'BOOLEAN'
    if (typeof value === 'number') return Number.isInteger(value) ? 'FIXED' : 'REAL'
    return typeof value === 'object' && value !== null ? 'VARIANT' : 'TEXT'
  })
