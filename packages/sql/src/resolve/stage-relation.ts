import type { RelationColumn } from '../catalogue/catalogue-index.ts'
import { writeIdentifier } from '../lexer/identifier.ts'
import { readIdentifier } from '../parser/identifier-node.ts'
import {
  isAbsent,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  openNode,
  variantOf,
} from '../parser/node.ts'
import { Refusal } from '../refusal.ts'
import { stageName } from '../statements/stage-name.ts'
import { visitNames } from '../statements/visit-names.ts'
import { integerType, type SqlType, textType, timestampType, unknownType } from '../types/sql-type.ts'
import { manyTables } from './aggregation.ts'
import { valueFlow } from './flow.ts'
import { type ObjectName, stringLiteral } from './object-name.ts'
import type { Relation, Scope } from './scope.ts'

/** What Snowflake tells of the file that a row is from. Source: Snowflake, Querying metadata for staged files. */
const metadataColumns: readonly (readonly [name: string, type: SqlType])[] = [
  ['METADATA$FILENAME', textType],
  ['METADATA$FILE_ROW_NUMBER', integerType],
  ['METADATA$FILE_CONTENT_KEY', textType],
  ['METADATA$FILE_LAST_MODIFIED', timestampType],
  ['METADATA$START_SCAN_TIME', unknownType],
]

type StageRelation = Pick<Relation, 'names' | 'columns' | 'origin' | 'columnAt'>

/**
 * The rows of staged files. Their columns are called by their number, and a policy knows them as columns of the stage:
 * `@DB.SCHEMA.STAGE."$1"`. How many there are is not known, so a star is refused.
 */
export const openStage = (
  { location, identifiers, place }: ObjectName,
  settings: Json | undefined,
  scope: Scope,
): StageRelation => {
  // A part in double quotes would have lost them.
  if (identifiers.some(({ quote }) => quote === '"'))
    throw new Refusal('unknown-syntax', { detail: 'a stage location', place })
  readSettings(settings, scope)
  const stage = stageName(location, scope.context)
  const { findings } = scope.context
  findings.stages.add(stage)
  findings.readTable(stage, false)
  const numbered = new Map<number, RelationColumn>()
  return {
    names: [],
    columns: metadataColumns.map(([name, type]) => columnOf(stage, name, type)),
    origin: manyTables,
    columnAt: (position) => {
      const column = numbered.get(position) ?? columnOf(stage, `$${position}`, unknownType)
      numbered.set(position, column)
      return column
    },
  }
}

const columnOf = (table: string, name: string, type: SqlType): RelationColumn => ({
  name,
  type,
  lineage: new Map([
    [{ table, column: name, name: `${table}.${writeIdentifier(name)}`, type: type.family }, valueFlow],
  ]),
  isConstant: false,
  mayFail: false,
})

const SETTINGS_FIELDS = new Set(['args'])
const NAMED_FIELDS = new Set(['name', 'arg'])
const NAMED_IDLE = new Set(['operator'])
const SETTINGS = new Set(['FILE_FORMAT', 'PATTERN'])

/** `(FILE_FORMAT => 'f', PATTERN => '…')`: the name of a format, and which files are read. */
const readSettings = (value: Json | undefined, scope: Scope): void => {
  if (isAbsent(value)) return
  for (const item of listOf(openNode(value, 'a stage', SETTINGS_FIELDS).args, 'a stage')) {
    const { name: form, body } = variantOf(item, 'a stage')
    if (form !== 'Named') throw unknownSetting()
    const { name, arg } = openNode(body, 'a stage', NAMED_FIELDS, NAMED_IDLE)
    const identifier = readIdentifier(name)
    scope.context.findings.visit(identifier)
    const { name: kind, body: expression } = variantOf(arg, 'a stage')
    if (!SETTINGS.has(identifier.name) || kind !== 'Expr' || !isNameOrText(expression)) throw unknownSetting()
    visitNames(expression, scope.context.findings)
  }
}

const unknownSetting = (): Refusal =>
  new Refusal('unknown-syntax', { detail: 'a stage with other settings than FILE_FORMAT and PATTERN' })

const isNameOrText = (value: Json): boolean =>
  stringLiteral(value) !== null || (isObject(value) && namesOnly(value))

const namesOnly = ({ Identifier: name, CompoundIdentifier: parts }: JsonObject): boolean =>
  isObject(name) || Array.isArray(parts)
