/**
 * A failure as Snowflake reports it to a driver: a six-digit code, an SQLSTATE and a text.
 *
 * Every failed answer carries both: a driver that gets no SQLSTATE sends the statement a second time.
 */
export class SnowflakeError extends Error {
  override readonly name = 'SnowflakeError'
  readonly code: string
  readonly sqlState: string

  constructor(code: string, sqlState: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.sqlState = sqlState
  }
}

const compilation = (code: string, sqlState: string, text: string) =>
  new SnowflakeError(code, sqlState, `SQL compilation error:\n${text}`)

export const syntaxError = (detail: string) => compilation('001003', '42000', detail)

export const unsupported = (feature: string) =>
  new SnowflakeError(
    '000002',
    '0A000',
    `Unsupported feature '${feature}'. The local Snowflake runs a statement faithfully or not at all.`,
  )

/** The same text for what is missing and for what may not be seen, so that names cannot be probed. */
export const objectNotFound = (name: string) =>
  compilation('002003', '42S02', `Object '${name}' does not exist or not authorized.`)

export const containerNotFound = (kind: 'Database' | 'Schema', name: string) =>
  compilation('002003', '02000', `${kind} '${name}' does not exist or not authorized.`)

/** For USE and the like, where Snowflake does not even say which kind of object it looked for. */
export const operationNotPossible = () =>
  compilation('002043', '02000', 'Object does not exist, or operation cannot be performed.')

export const objectExists = (name: string) =>
  compilation('002002', '42710', `Object '${name}' already exists.`)

export const invalidIdentifier = (name: string) =>
  compilation('000904', '42000', `error line 1 at position 0\ninvalid identifier '${name}'`)

export const unknownFunction = (name: string) => compilation('002140', '42601', `Unknown function ${name}.`)

export const insufficientPrivileges = (kind: string, name: string) =>
  new SnowflakeError(
    '003001',
    '42501',
    `SQL access control error:\nInsufficient privileges to operate on ${kind} '${name}'`,
  )

export const noCurrentDatabase = () =>
  compilation(
    '090105',
    '22000',
    'Cannot perform operation. This session does not have a current database. Call ' +
      "'USE DATABASE', or use a qualified name.",
  )

export const statementCancelled = () => new SnowflakeError('000604', '57014', 'SQL execution canceled')

export const noSuchQuery = () =>
  new SnowflakeError('000707', '02000', 'Query result is not available: no such query.')

/** Limits of this program, which a real account does not have. SQLSTATE 54000: program limit exceeded. */
export const resultTooLarge = (megabytes: number) =>
  new SnowflakeError(
    '300011',
    '54000',
    `The result is larger than the ${megabytes} MB that the local Snowflake keeps. Add LIMIT, or aggregate.`,
  )

/** SQLSTATE 53200: out of memory. */
export const outOfMemory = () =>
  new SnowflakeError(
    '300012',
    '53200',
    'The statement needs more memory than the local Snowflake gives it. Read fewer rows, or aggregate.',
  )
