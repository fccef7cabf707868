import { foldIdentifier, writeName } from '../lexer/identifier.ts'
import { Refusal } from '../refusal.ts'
import { qualify } from '../resolve/table-lookup.ts'

interface SessionNames {
  readonly database: string | null
  readonly schema: string | null
}

const PART = '(?:"(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)'
const STAGE = new RegExp(`^@(?:(~)|((?:${PART}\\.){0,2})(%?)(${PART}))(?:/[^]*)?$`)
const PARTS = new RegExp(PART, 'g')
/** Not a backslash or a quote: what they stand for is the warehouse's to say, and a name must be read one way. */
const PLAIN_LOCATION = /^[^\\']*$/

/**
 * The canonical name of a stage, without the path in it, which may hold anything: `@CLINIC.PUBLIC.EXPORTS`, `@~`,
 * `@CLINIC.PUBLIC.%T`. It is completed as a table's name is: the same word is another stage in another schema, and a
 * rule means one of them. An outside location keeps its scheme only: `s3://`.
 *
 * @throws Refusal for what is not a location, or has no schema to be in
 */
export const stageName = (location: string, names: SessionNames): string => {
  const scheme = /^(?:s3|s3gov|s3china|gcs|azure):\/\//i.exec(location)
  if (scheme !== null) return scheme[0].toLowerCase()
  const match = PLAIN_LOCATION.test(location) ? STAGE.exec(location) : null
  if (match === null) throw new Refusal('unknown-syntax', { detail: 'a stage location' })
  const [, user, qualifiers = '', table = '', name = ''] = match
  if (user !== undefined) return '@~'
  const parts = [...(qualifiers.match(PARTS) ?? []), name].map(foldIdentifier)
  const [database, schema, stored] = qualify({ parts, place: null }, names)
  return `@${writeName([database, schema])}.${table}${writeName([stored])}`
}
