import { readWritten } from '../parser/identifier-node.ts'
import { isObject, type Json } from '../parser/node.ts'
import type { Findings } from '../resolve/findings.ts'

/** Marks every name in a part that cannot move data, such as a constraint or a clustering key, as understood. */
export const visitNames = (tree: Json | undefined, findings: Findings): void => {
  const pending: (Json | undefined)[] = [tree]
  while (pending.length > 0) {
    const node = pending.pop()
    if (typeof node !== 'object' || node === null) continue
    if (isObject(node) && typeof node.value === 'string' && 'span' in node) {
      findings.visit(readWritten(node))
    } else {
      // Options are given by their written names, without a place.
      for (const text of [
        isObject(node) ? node.option_name : null,
        isObject(node) ? node.Placeholder : null,
      ]) {
        if (typeof text === 'string') findings.visitKey(text)
      }
      pending.push(...Object.values(node))
    }
  }
}
