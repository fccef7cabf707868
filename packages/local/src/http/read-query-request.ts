import { z } from 'zod'
import type { Binds, QueryRequest } from '../query/query.ts'
import type { Session } from '../session/session.ts'
import { SnowflakeError } from '../snowflake-error.ts'
import type { InlineValue } from '../sql/finish-text.ts'
import { invalidRequest } from './envelope.ts'

const bindValue = z.union([z.string(), z.number().transform(String), z.boolean().transform(String), z.null()])
const bindingSchema = z.looseObject({ type: z.string(), value: z.union([bindValue, z.array(bindValue)]) })
const parameterValue = z.union([z.string(), z.number(), z.boolean()])

const bodySchema = z.looseObject({
  sqlText: z.string(),
  bindings: z.record(z.string(), bindingSchema).nullish(),
  bindStage: z.string().nullish(),
  parameters: z.record(z.string(), parameterValue).nullish(),
  asyncExec: z.boolean().nullish(),
  describeOnly: z.boolean().nullish(),
})

const types: ReadonlySet<string> = new Set<InlineValue['type']>([
  'TEXT',
  'FIXED',
  'REAL',
  'BOOLEAN',
  'DATE',
  'TIME',
  'TIMESTAMP_NTZ',
  'TIMESTAMP_LTZ',
  'TIMESTAMP_TZ',
  'BINARY',
  'VARIANT',
])

const isType = (type: string): type is InlineValue['type'] => types.has(type)

/** `{"1": {type, value}}`, where the value is a list for a bulk insert: turned round to one set of binds for each row. */
const readBinds = (bindings: Readonly<Record<string, z.output<typeof bindingSchema>>>): Binds => {
  const columns = Object.keys(bindings)
    .map(Number)
    .sort((left, right) => left - right)
    .map((position) => bindings[String(position)] as z.output<typeof bindingSchema>)
  const rows = Math.max(...columns.map(({ value }) => (Array.isArray(value) ? value.length : 1)))
  return Array.from({ length: rows }, (_, row) =>
    columns.map((column) => {
      const type = column.type.toUpperCase()
      if (!isType(type))
        throw new SnowflakeError('000002', '0A000', `Unsupported feature 'bind of type ${type}'.`)
      return { type, value: (Array.isArray(column.value) ? column.value[row] : column.value) ?? null }
    }),
  )
}

/** A statement's request from its body, with the parameters that hold for this statement alone. */
export const readQueryRequest = (
  session: Session,
  { requestId, client }: Pick<QueryRequest, 'requestId' | 'client'>,
  body: unknown,
): QueryRequest => {
  const parsed = bodySchema.safeParse(body)
  if (!parsed.success) throw invalidRequest()
  const { sqlText, bindings, bindStage, parameters, asyncExec, describeOnly } = parsed.data
  const parameter = (name: string) => parameters?.[name] ?? session.parameters.get(name)
  return {
    requestId,
    sqlText,
    binds: bindings && Object.keys(bindings).length > 0 ? readBinds(bindings) : [],
    bindStage: bindStage ?? null,
    client,
    describeOnly: describeOnly === true,
    detached: asyncExec === true,
    multiStatementCount: Number(parameter('MULTI_STATEMENT_COUNT')),
    timeoutSeconds: Number(parameter('STATEMENT_TIMEOUT_IN_SECONDS')),
    queryTag: String(parameter('QUERY_TAG') ?? ''),
  }
}
