import type { ObjectName } from '../dictionary/identifier.ts'
import { displayName, displayObject } from '../dictionary/identifier.ts'
import type { FileFormat } from './file-format.ts'

/** A stage that CREATE STAGE made. */
export interface StageEntry extends ObjectName {
  readonly temporary: boolean
  readonly format: FileFormat
  readonly comment: string | null
  readonly createdAt: Date
}

/** Under which key the files of a stage are kept, and how LIST shows them. */
export interface Stage {
  readonly key: string
  /** What LIST puts before a path: `exports/` for a named stage, nothing for `@~` and `@%T`. */
  readonly shownPrefix: string
  readonly format: FileFormat
}

export const namedStageKey = (name: ObjectName): string => `stage ${displayObject(name)}`
export const temporaryStageKey = (sessionId: number, name: ObjectName): string =>
  `temporary ${sessionId} ${displayObject(name)}`
export const userStageKey = (user: string): string => `user ${displayName(user)}`
export const tableStageKey = (name: ObjectName): string => `table ${displayObject(name)}`
export const temporaryTableStageKey = (sessionId: number, name: ObjectName): string =>
  `temporary ${sessionId} table ${displayObject(name)}`

/** The keys of all that ends with a session. */
export const isOfSession = (sessionId: number) => (key: string) => key.startsWith(`temporary ${sessionId} `)
