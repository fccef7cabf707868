import { syntaxError } from '../snowflake-error.ts'
import { checkPathPrefix } from './staged-path.ts'

/** `@[db.][schema.]name/path`, `@~/path`, `@[db.][schema.]%table/path`, taken apart. */
export interface StageLocation {
  readonly kind: 'named' | 'user' | 'table'
  /** One to three parts, as Snowflake stores them; none for the user's stage. */
  readonly nameParts: readonly string[]
  /** Behind the first slash: the beginning of paths, possibly empty. */
  readonly path: string
}

const part = /(?:"((?:[^"]|"")+)"|([A-Za-z_][A-Za-z0-9_$]*))/y

const invalid = () => syntaxError('invalid stage location')

/** @throws SnowflakeError 001003 for what is not a location, 001757 for a path that would leave the stage */
export const parseStageLocation = (text: string): StageLocation => {
  if (!text.startsWith('@')) throw invalid()
  if (/^@~(?:\/|$)/.test(text)) return { kind: 'user', nameParts: [], path: checkPathPrefix(text.slice(3)) }
  const nameParts: string[] = []
  let kind: StageLocation['kind'] = 'named'
  let index = 1
  for (;;) {
    if (text[index] === '%') {
      kind = 'table'
      index++
    }
    part.lastIndex = index
    const match = part.exec(text)
    if (!match) throw invalid()
    nameParts.push(match[1]?.replaceAll('""', '"') ?? (match[2] as string).toUpperCase())
    index = part.lastIndex
    if (text[index] !== '.' || kind === 'table' || nameParts.length === 3) break
    index++
  }
  if (index < text.length && text[index] !== '/') throw invalid()
  return { kind, nameParts, path: checkPathPrefix(text.slice(index + 1)) }
}
