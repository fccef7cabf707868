import { compileGlob, type Glob } from './glob.ts'
import { splitName } from './qualified-name.ts'

/** Resources that are not tables carry their kind in front: `stage:@LANDING`, `function:SYSTEM$CANCEL_QUERY`. */
const kinded = /^(stage|function):(.+)$/i

/** Whether a resource is a stage. */
export const isStage = (resource: string): boolean => resource.startsWith('stage:')

/** What a policy may write where a resource is expected. */
export interface NamePattern {
  readonly text: string
  /** Whether this is the lone `*`: every resource, and the effects that name none. */
  readonly everything: boolean
  matches(resource: string): boolean
  /** Whether every resource that `other` matches is matched by this one too. */
  covers(other: NamePattern): boolean
  /** Whether some resource may be matched by both. A yes may be a no where both hold stars. */
  overlaps(other: NamePattern): boolean
}

interface Shape {
  readonly kind: 'table' | 'stage' | 'function'
  readonly parts: readonly Glob[]
  /** A last part `*` stands for one or more parts: `CLINIC.*` is every schema and table of the database. */
  readonly open: boolean
}

const shapes = new WeakMap<NamePattern, Shape>()

/** Reads a resource pattern: `*`, `DB.*`, `DB.SCHEMA.*`, `DB.*.T`, `DB.SCHEMA.PRE*`, `stage:…`, `function:…`. Null if it is none. */
export const compileNamePattern = (text: string): NamePattern | null => {
  if (text === '*') {
    return { text, everything: true, matches: () => true, covers: () => true, overlaps: () => true }
  }
  const shape = readShape(text)
  if (shape === null) return null
  const pattern: NamePattern = {
    text,
    everything: false,
    matches: (resource) => {
      const named = readResource(resource)
      return (
        named.kind === shape.kind &&
        (shape.open ? named.parts.length >= shape.parts.length : named.parts.length === shape.parts.length) &&
        shape.parts.every((part, index) => part.matches(named.parts[index]!))
      )
    },
    covers: (other) => {
      const inner = shapes.get(other)
      if (inner === undefined || inner.kind !== shape.kind) return false
      if (shape.open ? inner.parts.length < shape.parts.length : inner.parts.length !== shape.parts.length) {
        return false
      }
      return (
        (shape.open || !inner.open) && shape.parts.every((part, index) => part.covers(inner.parts[index]!))
      )
    },
    overlaps: (other) => {
      if (other.everything) return true
      const theirs = shapes.get(other)
      if (theirs === undefined || theirs.kind !== shape.kind) return false
      const shared = Math.min(shape.parts.length, theirs.parts.length)
      return shape.parts
        .slice(0, shared)
        .every(
          (part, index) =>
            part.covers(theirs.parts[index]!) ||
            theirs.parts[index]!.covers(part) ||
            bothGlobs(part, theirs.parts[index]!),
        )
    },
  }
  shapes.set(pattern, shape)
  return pattern
}

const bothGlobs = (left: Glob, right: Glob): boolean => left.text.includes('*') && right.text.includes('*')

const readShape = (text: string): Shape | null => {
  const named = kinded.exec(text)
  if (named !== null) {
    const kind = named[1]!.toLowerCase() === 'stage' ? 'stage' : 'function'
    return { kind, parts: [compileGlob(named[2]!.toUpperCase())], open: false }
  }
  const parts = splitName(text)
  if (parts === null) return null
  // A quoted part is a name and never a pattern, even with a star in it.
  const written = text.match(/"(?:[^"]|"")+"|[^".]+/g) ?? []
  const globs = parts.map((part, index) => compileGlob(part, { literal: written[index]!.startsWith('"') }))
  const open = parts.length > 1 && written.at(-1) === '*'
  if (parts.length !== 3 && !(open && parts.length === 2)) return null
  return { kind: 'table', parts: globs, open }
}

const readResource = (resource: string): { kind: Shape['kind']; parts: readonly string[] } => {
  const named = kinded.exec(resource)
  if (named !== null) {
    return { kind: named[1] === 'stage' ? 'stage' : 'function', parts: [named[2]!.toUpperCase()] }
  }
  return { kind: 'table', parts: splitName(resource) ?? [resource] }
}
