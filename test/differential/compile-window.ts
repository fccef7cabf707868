import { foldOf } from './aggregate-functions.ts'
import {
  type Compilation,
  type Compiled,
  CompileRefusal,
  type Frame,
  type Scope,
  type WindowSlot,
} from './compilation.ts'
import { compareKeys, compileExpression } from './compile-expression.ts'
import type { Expr } from './statement-tree.ts'
import { convertTo } from './unify-types.ts'
import { boolean, float, keyOf, number, type Type, type Value } from './value.ts'

type Win = Extract<Expr, { k: 'win' }>

interface Member {
  readonly frame: Frame
  readonly at: number
  readonly keys: readonly Value[]
}

const ranks = new Set(['ROW_NUMBER', 'RANK', 'DENSE_RANK', 'PERCENT_RANK', 'CUME_DIST', 'NTILE'])
const others = new Set([
  'LAG',
  'LEAD',
  'FIRST_VALUE',
  'LAST_VALUE',
  'RATIO_TO_REPORT',
  'CONDITIONAL_CHANGE_EVENT',
])

const rankOf = (
  name: string,
  members: readonly Member[],
  at: number,
  same: (a: Member, b: Member) => boolean,
  tiles: number,
): number => {
  const first = members.findIndex((member) => same(member, members[at] as Member))
  const peers = members.filter((member) => same(member, members[at] as Member)).length
  switch (name) {
    case 'ROW_NUMBER':
      return at + 1
    case 'RANK':
      return first + 1
    case 'DENSE_RANK':
      return new Set(members.slice(0, first + 1).map(({ keys }) => keys.map(keyOf).join(' '))).size
    case 'PERCENT_RANK':
      return members.length === 1 ? 0 : first / (members.length - 1)
    case 'CUME_DIST':
      return (first + peers) / members.length
    default:
      return Math.floor((at * tiles) / members.length) + 1
  }
}

/** A window function: a slot of its select that is filled before the items run. @throws CompileRefusal */
export const compileWindow = (compilation: Compilation, e: Win, scope: Scope): Compiled => {
  const inner = (part: Expr): Compiled => compileExpression(compilation, part, scope)
  const args = e.args.map(inner)
  const partition = e.partition.map(inner)
  const orders = e.order.map((order) => ({ key: inner(order.e), descending: order.descending }))
  const isClassified = (parts: readonly Compiled[]) => parts.some((part) => part.classified)
  compilation.mark('windows', isClassified([...args, ...partition, ...orders.map(({ key }) => key)]))
  if (partition.length > 0) compilation.mark('observes equality', isClassified(partition))
  if (orders.length > 0) compilation.mark('observes order', isClassified(orders.map(({ key }) => key)))
  const { type, perRow } = functionOf(compilation, e.name, args, orders)
  const slot: WindowSlot = {
    values: (frames, live) => {
      const parts = new Map<string, Member[]>()
      frames.forEach((frame, at) => {
        const key = partition.map((part) => keyOf(part.run(frame, live))).join(' ')
        const member = { frame, at, keys: orders.map((order) => order.key.run(frame, live)) }
        const known = parts.get(key)
        if (known) known.push(member)
        else parts.set(key, [member])
      })
      const values: Value[] = new Array(frames.length).fill(null)
      for (const members of parts.values()) {
        members.sort((a, b) => compareKeys(a.keys, b.keys, orders))
        members.forEach((member, at) => {
          compilation.step()
          values[member.at] = perRow(members, at, live)
        })
      }
      return values
    },
  }
  scope.windows.push(slot)
  const at = scope.windows.length - 1
  return {
    type,
    classified: isClassified([...args, ...partition, ...orders.map(({ key }) => key)]),
    constant: false,
    run: (frame) => frame.windows[at] ?? null,
  }
}

type PerRow = (members: readonly Member[], at: number, live: boolean) => Value

const functionOf = (
  compilation: Compilation,
  name: string,
  args: readonly Compiled[],
  orders: readonly { readonly descending: boolean }[],
): { type: Type; perRow: PerRow } => {
  const same = (a: Member, b: Member) => compareKeys(a.keys, b.keys, orders) === 0
  const [first, second, third] = args
  if (ranks.has(name)) {
    if (orders.length === 0) throw new CompileRefusal(`${name} without an order`)
    compilation.mark('ROW_NUMBER RANK LAG', false)
    return {
      type: name === 'PERCENT_RANK' || name === 'CUME_DIST' ? float : number(),
      perRow: (members, at, live) => {
        const tiles = first === undefined ? 1 : Number(first.run((members[at] as Member).frame, live) ?? 1)
        return rankOf(name, members, at, same, tiles)
      },
    }
  }
  if (others.has(name) && first !== undefined) {
    compilation.mark('ROW_NUMBER RANK LAG', first.classified)
    if (name === 'LAG' || name === 'LEAD') {
      const fallback = third && convertTo(compilation, third, first.type, `default of ${name}`)
      return {
        type: first.type,
        perRow: (members, at, live) => {
          const frame = (members[at] as Member).frame
          const step = second === undefined ? 1 : Number(second.run(frame, live) ?? 1)
          const other = members[name === 'LAG' ? at - step : at + step]
          const value = first.run(frame, live)
          const instead = fallback?.run(frame, live) ?? null
          return other === undefined ? instead : other.frame === frame ? value : first.run(other.frame, live)
        },
      }
    }
    if (name === 'RATIO_TO_REPORT') {
      const value = convertTo(compilation, first, number(38, 6), name)
      const site = compilation.site(name)
      return {
        type: float,
        perRow: (members, at, live) => {
          const all = members.map(({ frame }) => Number(value.run(frame, live) ?? 0))
          const sum = all.reduce((a, b) => a + b, 0)
          return sum === 0 ? compilation.fail(site, live) : (all[at] as number) / sum
        },
      }
    }
    if (name === 'CONDITIONAL_CHANGE_EVENT') {
      compilation.mark('observes equality', first.classified)
      return {
        type: number(),
        perRow: (members, at, live) => {
          const keys = members.slice(0, at + 1).map(({ frame }) => keyOf(first.run(frame, live)))
          return keys.filter((key, index) => index > 0 && key !== keys[index - 1]).length
        },
      }
    }
    return {
      type: first.type,
      perRow: (members, at, live) => {
        const last = orders.length === 0 ? members.length - 1 : lastPeer(members, at, same)
        return first.run((members[name === 'FIRST_VALUE' ? 0 : last] as Member).frame, live)
      },
    }
  }
  const fold = foldOf(compilation, name, args, false)
  const values = args.map((argument, index) => {
    const type = fold.parameters[Math.min(index, fold.parameters.length - 1)]
    return type === undefined ? argument : convertTo(compilation, argument, type, `argument of ${name} OVER`)
  })
  return {
    type: fold.type === boolean ? boolean : fold.type,
    perRow: (members, at, live) => {
      const seen = orders.length === 0 ? members : members.slice(0, lastPeer(members, at, same) + 1)
      return fold.fold(
        seen.map(({ frame }) => values.map((value) => value.run(frame, live))),
        live,
      )
    },
  }
}

const lastPeer = (
  members: readonly Member[],
  at: number,
  same: (a: Member, b: Member) => boolean,
): number => {
  let last = at
  while (last + 1 < members.length && same(members[last + 1] as Member, members[at] as Member)) last += 1
  return last
}
