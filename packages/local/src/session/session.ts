import { randomBytes } from 'node:crypto'
import type { User } from '../access/users.ts'
import type { TableEntry } from '../dictionary/dictionary.ts'
import type { EngineConnection } from '../engine/duckdb.ts'
import type { InlineValue } from '../sql/finish-text.ts'
import type { StageEntry } from '../stage/stage.ts'
import { SessionParameters } from './session-parameters.ts'
import { Turns } from './turns.ts'

const newToken = (kind: string) => `local-${kind}-${randomBytes(32).toString('base64url')}`

export interface SessionOptions {
  readonly id: number
  readonly user: User
  readonly role: string
  /** Whether the credential is for this one role only: USE ROLE is refused then. */
  readonly roleLocked: boolean
  readonly database: string | null
  readonly schema: string | null
  readonly warehouse: string | null
  readonly authentication: 'OAUTH_ACCESS_TOKEN' | 'PASSWORD'
}

/** One logged-in session: who, in which role and where, with its parameters, variables and transaction. */
export class Session {
  readonly id: number
  readonly user: User
  readonly roleLocked: boolean
  readonly authentication: SessionOptions['authentication']
  readonly parameters = new SessionParameters()
  readonly variables = new Map<string, InlineValue>()
  role: string
  database: string | null
  schema: string | null
  warehouse: string | null
  token = newToken('session')
  masterToken = newToken('master')
  expiresAt = 0
  masterExpiresAt = 0
  /** The connection that holds an open transaction. */
  transaction: EngineConnection | null = null
  /** Query ids in the order of their start, for LAST_QUERY_ID. */
  readonly queryIds: string[] = []
  readonly turns = new Turns()
  /** Tables that only this session sees, by full name. */
  readonly temporaryTables = new Map<string, TableEntry>()
  /** Stages that only this session sees, by full name. */
  readonly temporaryStages = new Map<string, StageEntry>()
  closed = false

  constructor(options: SessionOptions) {
    this.id = options.id
    this.user = options.user
    this.role = options.role
    this.roleLocked = options.roleLocked
    this.database = options.database
    this.schema = options.schema
    this.warehouse = options.warehouse
    this.authentication = options.authentication
  }

  /** New tokens; the old ones are worthless at once. */
  renewTokens(): void {
    this.token = newToken('session')
    this.masterToken = newToken('master')
  }
}
