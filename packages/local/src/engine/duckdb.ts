import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalType,
  DuckDBInstance,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api'
import { quoteLiteral } from '../dictionary/identifier.ts'
import {
  boolean,
  date,
  fixed,
  maximumBinaryLength,
  real,
  type SnowType,
  text,
  timestampLtz,
  timestampNtz,
  variant,
} from '../dictionary/snow-type.ts'
import { macros } from './macros/macros.ts'

export interface EngineColumn {
  readonly name: string
  /** The Snowflake type that DuckDB's type stands for, null for one that Snowflake does not have. */
  readonly type: SnowType | null
}

/** A cell as DuckDB gives it. */
export type EngineValue = DuckDBValue

export interface EngineResult {
  readonly columns: readonly EngineColumn[]
  readonly rowsChanged: number
  /** Rows in batches, so that a reader can yield between them. */
  batches(): AsyncGenerator<EngineValue[][]>
}

export type SampleCell = string | number | bigint | Date | null

const lockDown = {
  enable_external_access: 'false',
  autoload_known_extensions: 'false',
  autoinstall_known_extensions: 'false',
  allow_community_extensions: 'false',
  allow_unsigned_extensions: 'false',
  allow_persistent_secrets: 'false',
  threads: '2',
}

const typesById: Readonly<Partial<Record<number, SnowType>>> = {
  [DuckDBTypeId.BOOLEAN]: boolean,
  [DuckDBTypeId.TINYINT]: fixed(),
  [DuckDBTypeId.SMALLINT]: fixed(),
  [DuckDBTypeId.INTEGER]: fixed(),
  [DuckDBTypeId.BIGINT]: fixed(),
  [DuckDBTypeId.HUGEINT]: fixed(),
  [DuckDBTypeId.UTINYINT]: fixed(),
  [DuckDBTypeId.USMALLINT]: fixed(),
  [DuckDBTypeId.UINTEGER]: fixed(),
  [DuckDBTypeId.UBIGINT]: fixed(),
  [DuckDBTypeId.FLOAT]: real,
  [DuckDBTypeId.DOUBLE]: real,
  [DuckDBTypeId.VARCHAR]: text(),
  [DuckDBTypeId.DATE]: date,
  [DuckDBTypeId.TIME]: { kind: 'time', scale: 9 },
  [DuckDBTypeId.TIMESTAMP]: timestampNtz,
  [DuckDBTypeId.TIMESTAMP_TZ]: timestampLtz,
  [DuckDBTypeId.BLOB]: { kind: 'binary', length: maximumBinaryLength },
  [DuckDBTypeId.LIST]: { kind: 'array' },
  [DuckDBTypeId.STRUCT]: { kind: 'timestamp_tz', scale: 9 },
  [DuckDBTypeId.SQLNULL]: text(),
}

const snowTypeOf = (type: DuckDBType): SnowType | null => {
  if (type instanceof DuckDBDecimalType) return fixed(type.width, type.scale)
  if (type.alias === 'JSON') return variant
  if (type.typeId === DuckDBTypeId.STRUCT && !/^STRUCT\("?instant"? /.test(type.toString())) return null
  return typesById[type.typeId] ?? null
}

/** One connection to DuckDB: it runs one statement at a time and can be interrupted. */
export class EngineConnection {
  readonly #connection: DuckDBConnection
  #timeZone = ''
  #weekStart = 0

  constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  /** The session's TIMEZONE: it decides between instants and wall clocks. The only setting that is not locked. */
  async useTimeZone(timeZone: string): Promise<void> {
    if (timeZone === this.#timeZone) return
    await this.#connection.run(`SET TimeZone = ${quoteLiteral(timeZone)}`)
    this.#timeZone = timeZone
  }

  /** The session's WEEK_START, 0 to 7: the macros of weeks read it. */
  async useWeekStart(weekStart: number): Promise<void> {
    if (weekStart === this.#weekStart) return
    await this.#connection.run(`SET VARIABLE week_start = ${Math.trunc(weekStart)}`)
    this.#weekStart = weekStart
  }

  async run(sql: string): Promise<EngineResult> {
    const result = await this.#connection.run(sql)
    const types = result.columnTypes()
    const columns = result.columnNames().map((name, index) => ({
      name,
      type: snowTypeOf(types[index] as DuckDBType),
    }))
    return {
      columns,
      rowsChanged: result.rowsChanged,
      async *batches() {
        for (;;) {
          const chunk = await result.fetchChunk()
          if (!chunk || chunk.rowCount === 0) return
          yield chunk.getRows()
        }
      },
    }
  }

  /** The result columns of a query, without running it. */
  async describe(sql: string): Promise<EngineColumn[]> {
    const statement = await this.#connection.prepare(sql)
    try {
      return Array.from({ length: statement.columnCount }, (_, index) => ({
        name: statement.columnName(index),
        type: snowTypeOf(statement.columnType(index)),
      }))
    } finally {
      statement.destroySync()
    }
  }

  /** DuckDB's own syntax tree of a query. `literal` is the query as a quoted text. */
  async parse(literal: string): Promise<unknown> {
    const reader = await this.#connection.runAndReadAll(`SELECT json_serialize_sql(${literal})`)
    const tree: unknown = JSON.parse(String(reader.value(0, 0)))
    if (typeof tree !== 'object' || tree === null || !('error' in tree) || tree.error !== false)
      throw new Error('Parser Error: the text of the query is not one SELECT')
    return tree
  }

  async append(schema: string, table: string, rows: readonly (readonly SampleCell[])[]): Promise<void> {
    const appender = await this.#connection.createAppender(table, schema)
    const isDay = Array.from(
      { length: appender.columnCount },
      (_, index) => appender.columnType(index).typeId === DuckDBTypeId.DATE,
    )
    for (const row of rows) {
      for (const [index, cell] of row.entries()) appendCell(appender, cell, isDay[index] === true)
      appender.endRow()
    }
    appender.closeSync()
  }

  interrupt(): void {
    this.#connection.interrupt()
  }

  close(): void {
    this.#connection.closeSync()
  }
}

const appendCell = (appender: DuckDBAppender, cell: SampleCell, isDay: boolean): void => {
  if (cell === null) appender.appendNull()
  else if (typeof cell === 'number' && Number.isInteger(cell)) appender.appendInteger(cell)
  else if (!(cell instanceof Date)) appender.appendVarchar(String(cell))
  else if (isDay) appender.appendDate(new DuckDBDateValue(Math.floor(cell.getTime() / 86_400_000)))
  else appender.appendTimestamp(new DuckDBTimestampValue(BigInt(cell.getTime()) * 1000n))
}

/** DuckDB in this process, locked: no file, network, extension or setting is reachable through SQL. */
export class Engine {
  readonly #instance: DuckDBInstance

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance
  }

  /** @param megabytes - how much memory DuckDB takes at most */
  static async open(file: string | null, megabytes: number): Promise<Engine> {
    const instance = await DuckDBInstance.create(file ?? ':memory:', {
      ...lockDown,
      memory_limit: `${megabytes}MB`,
    })
    const engine = new Engine(instance)
    const connection = await engine.connect()
    for (const macro of macros) await connection.run(macro.replace('CREATE MACRO', 'CREATE OR REPLACE MACRO'))
    await connection.run("SET allowed_configs = ['TimeZone']")
    await connection.run('SET lock_configuration = true')
    connection.close()
    return engine
  }

  async connect(): Promise<EngineConnection> {
    const connection = new EngineConnection(await this.#instance.connect())
    await connection.useTimeZone('UTC')
    return connection
  }

  close(): void {
    this.#instance.closeSync()
  }
}
