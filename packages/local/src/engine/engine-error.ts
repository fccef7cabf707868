import { decodeName } from '../dictionary/identifier.ts'
import { invalidIdentifier, outOfMemory, SnowflakeError, unsupported } from '../snowflake-error.ts'
import { divisionByZero } from './macros/number-macros.ts'

const compilation = (code: string, sqlState: string, text: string) =>
  new SnowflakeError(code, sqlState, `SQL compilation error:\n${text}`)

const nameIn = (message: string): string => decodeName(/"([^"]+)"/.exec(message)?.[1] ?? 'unknown')

/** DuckDB's kinds of errors as Snowflake's. Values never reach the text: DuckDB quotes them, Snowflake does too. */
const conversions: readonly (readonly [RegExp, (message: string) => SnowflakeError])[] = [
  [
    new RegExp(`^Conversion Error: .*'${divisionByZero}'`, 's'),
    () => new SnowflakeError('100051', '22012', 'Division by zero'),
  ],
  [/^Binder Error: Referenced (?:column|table)/, (message) => invalidIdentifier(nameIn(message))],
  [
    /^Binder Error: Ambiguous reference/,
    (message) => compilation('002025', '42702', `ambiguous column name '${nameIn(message)}'`),
  ],
  [
    /^Binder Error: column .* must appear in the GROUP BY/s,
    (message) => compilation('000979', '42601', `[${nameIn(message)}] is not a valid group by expression`),
  ],
  [
    /^Constraint Error: NOT NULL/,
    () => new SnowflakeError('100072', '22000', 'NULL result in a non-nullable column'),
  ],
  [
    /^Constraint Error/,
    () => new SnowflakeError('100072', '22000', 'A constraint of the table does not hold'),
  ],
  [
    /^Conversion Error/,
    () =>
      new SnowflakeError('100038', '22018', 'A value could not be converted to the type that was asked for'),
  ],
  [/^Out of Memory Error/, () => outOfMemory()],
  [/^Out of Range Error/, () => new SnowflakeError('100039', '22003', 'Numeric value is out of range')],
  [
    /^TransactionContext Error/,
    () =>
      new SnowflakeError('000625', '57014', 'The transaction conflicts with another one and was rolled back'),
  ],
  [
    /^Parser Error/,
    () => compilation('001003', '42000', 'syntax error: the statement cannot be run as it was read.'),
  ],
  [
    /^Binder Error: (?:Could not choose|No function matches|Cannot (?:compare|combine|mix)|.*type)/s,
    () => compilation('001044', '42P13', 'Invalid argument types in an expression; add a cast'),
  ],
  [/^Binder Error/, () => compilation('001003', '42000', 'an expression of the statement is not valid here')],
  [
    /^Catalog Error: (?:Table|Scalar|Aggregate|Macro) Function/,
    () => unsupported('a function of this statement'),
  ],
  [/^(?:Permission|IO) Error/, () => unsupported('access to files or the network')],
]

/** What Snowflake would answer to a failure of DuckDB. The original is kept as the cause, for logs, never for clients. */
export const toSnowflakeError = (error: unknown): SnowflakeError => {
  if (error instanceof SnowflakeError) return error
  const message = error instanceof Error ? error.message : String(error)
  const known = conversions.find(([pattern]) => pattern.test(message))
  const answer =
    known?.[1](message) ?? new SnowflakeError('300002', 'XX000', 'The statement failed in the local engine')
  return new SnowflakeError(answer.code, answer.sqlState, answer.message, { cause: error })
}
