import { type Compilation, type Compiled, CompileRefusal } from './compilation.ts'
import { castability, convertValue } from './convert-value.ts'
import { boolean, isDated, isNumeric, isSemiStructured, number, type Type, variant } from './value.ts'

/** Text that becomes a number by itself is NUMBER(18,5). */
const implicitNumber = number(18, 5)

/** The one type of two that stand in one column, branch or comparison. @throws CompileRefusal */
export const unifyTypes = (left: Type, right: Type): Type => {
  if (left.family === 'null') return right
  if (right.family === 'null') return left
  if (left.family === right.family) {
    if (left.family === 'number') {
      const scale = Math.max(left.scale ?? 0, right.scale ?? 0)
      const whole = Math.max((left.size ?? 38) - (left.scale ?? 0), (right.size ?? 38) - (right.scale ?? 0))
      return number(Math.min(38, whole + scale), scale)
    }
    if (left.size === undefined || right.size === undefined) return { family: left.family }
    return { ...left, size: Math.max(left.size, right.size) }
  }
  if (isSemiStructured(left) || isSemiStructured(right)) return variant
  const [a, b] = left.family === 'text' ? [left, right] : [right, left]
  if (a.family === 'text') return b.family === 'number' ? unifyTypes(implicitNumber, b) : { family: b.family }
  if (isNumeric(left) && isNumeric(right)) return { family: 'float' }
  if (left.family === 'boolean' && isNumeric(right)) return boolean
  if (right.family === 'boolean' && isNumeric(left)) return boolean
  if (isDated(left) && isDated(right))
    return left.family === 'ltz' || right.family === 'ltz' ? { family: 'ltz' } : { family: 'ntz' }
  throw new CompileRefusal(`${left.family} with ${right.family}`)
}

/** The type that two sides are compared in: a VARIANT is converted to the other's. */
export const comparisonType = (left: Type, right: Type): Type => {
  if (left.family === 'variant' && !isSemiStructured(right) && right.family !== 'null') return right
  if (right.family === 'variant' && !isSemiStructured(left) && left.family !== 'null') return left
  return unifyTypes(left, right)
}

/** An expression as one of another type. `place` names it among the sites of failure. @throws CompileRefusal */
export const convertTo = (
  compilation: Compilation,
  from: Compiled,
  to: Type,
  place: string,
  attempt = false,
): Compiled => {
  if (to.family === 'null') return from
  const able = castability(from.type, to)
  if (able === 'refused') throw new CompileRefusal(`${from.type.family} to ${to.family}`)
  if (from.type.family === to.family && able === 'total')
    return { ...from, type: to.size === undefined ? from.type : to }
  const construct = from.type.family === 'null' ? 'NULL converted' : `converted from ${from.type.family}`
  compilation.mark(construct, from.classified)
  const site =
    able === 'may-fail' && !attempt ? compilation.site(`${place}: ${from.type.family} to ${to.family}`) : -1
  return {
    type: to,
    classified: from.classified,
    constant: from.constant,
    run: (frame, live) => {
      const value = from.run(frame, live)
      if (value === null) return null
      return convertValue(value, from.type, to, compilation.settings, () =>
        site === -1 ? null : compilation.fail(site, live),
      )
    },
  }
}
