import { decodeName } from '../dictionary/identifier.ts'
import { isSemiStructured, type SnowType } from '../dictionary/snow-type.ts'
import type { EngineColumn } from '../engine/duckdb.ts'
import { unsupported } from '../snowflake-error.ts'
import type { BoundColumn } from '../sql/scope.ts'

export interface ResultColumn {
  readonly name: string
  readonly type: SnowType
  readonly nullable: boolean
  readonly origin: { readonly database: string; readonly schema: string; readonly table: string } | null
}

/** DuckDB decides what a value is; what was inferred adds what DuckDB does not know: length, precision, JSON's kind. */
const combine = (engine: SnowType, inferred: SnowType | null): SnowType => {
  if (!inferred || inferred.kind === engine.kind) {
    const sameScale = inferred?.kind !== 'fixed' || engine.kind !== 'fixed' || inferred.scale === engine.scale
    return inferred && sameScale ? inferred : engine
  }
  if (isSemiStructured(engine) && isSemiStructured(inferred)) return inferred
  return engine
}

/** The columns of a result, from what DuckDB answered and what was inferred. */
export const resultColumns = (
  engine: readonly EngineColumn[],
  bound: readonly BoundColumn[] | null,
): ResultColumn[] => {
  const inferred = bound?.length === engine.length ? bound : null
  return engine.map((column, index) => {
    const hint = inferred?.[index] ?? null
    const type = column.type
    if (!type) throw unsupported('a result of this type')
    const table = hint?.origin?.table
    return {
      name: hint?.name ?? decodeName(column.name),
      type: combine(type, hint?.type ?? null),
      nullable: hint?.nullable ?? true,
      origin: table ? { database: table.database, schema: table.schema, table: table.name } : null,
    }
  })
}

/** One entry of `rowtype`, the description of a result's columns. */
export const rowType = (column: ResultColumn) => {
  const { type } = column
  const length = type.kind === 'text' || type.kind === 'binary' ? type.length : null
  return {
    name: column.name,
    database: column.origin?.database ?? '',
    schema: column.origin?.schema ?? '',
    table: column.origin?.table ?? '',
    nullable: column.nullable,
    type: type.kind,
    length,
    byteLength: length === null ? null : type.kind === 'text' ? Math.min(length * 4, 16_777_216) : length,
    precision: type.kind === 'fixed' ? type.precision : 'scale' in type ? 0 : null,
    scale: 'scale' in type ? type.scale : null,
    collation: null,
  }
}
