import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'

/** What can be observed of a value, as data. */
export type Description =
  | string
  | number
  | boolean
  | null
  | readonly Description[]
  | { readonly [name: string]: Description }

const id = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi
/** Members that the driver adds to a Date, a Buffer or a big integer. */
const addedMembers = [
  'getEpochSeconds',
  'getNanoSeconds',
  'getScale',
  'getTimezone',
  'getFormat',
  'toJSON',
  'toStringSf',
] as const

/**
 * Describes values so that two processes can compare them: types, members with their methods' answers, prototypes.
 * Ids of queries and requests become their number of appearance, so that what was one id stays one id.
 */
export const createDescriber = (): ((value: unknown) => Description) => {
  const ids = new Map<string, string>()
  const hideIds = (text: string): string =>
    text
      .replace(id, (found) => {
        const known = ids.get(found.toLowerCase()) ?? `‹id ${ids.size + 1}›`
        ids.set(found.toLowerCase(), known)
        return known
      })
      .replace(/DROP_IN_(DRIVER|FAST|PUBLIC)/g, 'DROP_IN')
      .replace(/127\.0\.0\.1:\d+/g, '‹address›')

  const describeAdded = (value: object): { [name: string]: Description } => {
    const methods: { [name: string]: Description } = {}
    for (const name of addedMembers) {
      const method: unknown = (value as Record<string, unknown>)[name]
      if (typeof method === 'function') methods[name] = describe(method.call(value) as unknown)
    }
    return methods
  }

  const describeError = (error: Error): Description => {
    const own = Object.fromEntries(
      Reflect.ownKeys(error)
        .filter(
          (name): name is string => typeof name === 'string' && !['stack', 'externalize'].includes(name),
        )
        .map((name) => [name, describe((error as unknown as Record<string, unknown>)[name])]),
    )
    return { '‹Error›': error.constructor.name, name: error.name, message: hideIds(error.message), ...own }
  }

  const describeObject = (value: object): Description => {
    if (Array.isArray(value)) return value.map((element) => describe(element))
    if (value instanceof Date)
      return {
        '‹Date›': Number.isNaN(value.getTime()) ? 'invalid' : value.toISOString(),
        ...describeAdded(value),
      }
    if (Buffer.isBuffer(value)) return { '‹Buffer›': value.toString('hex'), ...describeAdded(value) }
    if (value instanceof Error) return describeError(value)
    if (value instanceof Readable) return '‹Readable›'
    if (value instanceof EventEmitter) return '‹EventEmitter›'
    if (value instanceof Promise) return '‹Promise›'
    const prototype: unknown = Object.getPrototypeOf(value)
    const members = Object.fromEntries(
      Object.keys(value).map((name) => [hideIds(name), describe((value as Record<string, unknown>)[name])]),
    )
    if (prototype === Object.prototype) return members
    const name = prototype === null ? 'null' : (value.constructor?.name ?? 'unknown')
    return { '‹instance›': name, '‹text›': prototype === null ? '' : hideIds(String(value)), ...members }
  }

  const describe = (value: unknown): Description => {
    switch (typeof value) {
      case 'string':
        return hideIds(value)
      case 'boolean':
        return value
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0) ? value : `‹number ${String(value)}›`
      case 'undefined':
        return '‹undefined›'
      case 'bigint':
        return `‹bigint ${value}›`
      case 'symbol':
        return `‹${String(value)}›`
      case 'function':
        return '‹function›'
      default:
        return value === null ? null : describeObject(value as object)
    }
  }
  return describe
}
