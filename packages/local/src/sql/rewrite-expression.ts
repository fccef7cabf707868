import { unknownFunction, unsupported } from '../snowflake-error.ts'
import type { Binder } from './binder.ts'
import type { FunctionCall, FunctionRule, Rewritten } from './function-rule.ts'
import { bindCall, variableCall } from './mark-statement.ts'
import {
  asNodes,
  call,
  isObject,
  kindOf,
  numberOf,
  payloadOf,
  replaceNode,
  type SyntaxNode,
  stringOf,
} from './syntax-tree.ts'
import { aggregateWraps, ratioToReport } from './themes/aggregates.ts'
import { castTo, rewriteCast } from './themes/casts.ts'
import { dateRules } from './themes/dates.ts'
import { nodeCalls } from './themes/node-calls.ts'
import { numberRules, rewriteDivision } from './themes/numbers.ts'
import { passedFunctions } from './themes/passed-functions.ts'
import { textRules } from './themes/texts.ts'
import { rewriteComparison, rewritePath, variantRules } from './themes/variants.ts'

const rules: Readonly<Record<string, FunctionRule>> = {
  ...dateRules,
  ...numberRules,
  ...textRules,
  ...variantRules,
}

const comparisons = new Set([
  'eq',
  'neq',
  'lt',
  'lte',
  'gt',
  'gte',
  'between',
  'in',
  'like',
  'i_like',
  'add',
  'sub',
  'mul',
  'concat',
])
const casts = new Set(['cast', 'try_cast', 'safe_cast'])
export const aggregateHolders = new Set(['window_function', 'within_group', 'filter'])

/** Rewrites one expression whose parts are done. It is changed in place. */
export const rewriteExpression = (binder: Binder, kind: string, node: SyntaxNode): void => {
  const payload = node[kind]
  if (!isObject(payload)) return
  if (casts.has(kind)) apply(binder, node, rewriteCast(binder, kind, payload))
  else if (kind === 'j_s_o_n_extract' || kind === 'subscript')
    apply(binder, node, rewritePath(binder, kind, payload))
  else if (kind === 'div' || kind === 'mod') apply(binder, node, rewriteDivision(binder, kind, payload))
  else if (comparisons.has(kind)) rewriteComparison(binder, kind, payload)
  else if (aggregateHolders.has(kind)) wrapAggregate(binder, node)
  else rewriteCall(binder, kind, node, payload)
}

const apply = (binder: Binder, node: SyntaxNode, rewritten: Rewritten | null): void => {
  if (!rewritten) return
  if (rewritten.node !== node) replaceNode(node, rewritten.node)
  if (rewritten.type) binder.types.set(node, rewritten.type)
}

/** A call as name and arguments, whether the parser keeps it as a call or as a kind of its own. */
const readCall = (binder: Binder, kind: string, payload: SyntaxNode): FunctionCall | null => {
  const generic = kind === 'function' || kind === 'aggregate_function'
  const fields = nodeCalls[kind]
  if (!generic && !fields) return null
  const safe = payload.safe ? 'TRY_' : ''
  const name = generic ? String(payload.name).toUpperCase() : `${safe}${fields?.name}`
  const args = generic
    ? asNodes(payload.args)
    : (fields?.fields ?? []).flatMap((field) => {
        const value = payload[field]
        if (typeof value === 'string') return [{ var: { this: value } }]
        return Array.isArray(value) ? asNodes(value) : isObject(value) ? [value] : []
      })
  return { name, args, types: args.map((arg) => binder.typeOf(arg)) }
}

const rewriteCall = (binder: Binder, kind: string, node: SyntaxNode, payload: SyntaxNode): void => {
  const read = readCall(binder, kind, payload)
  if (read && countedTexts.has(read.name)) roundCounts(read)
  if (kind === 'substring') roundCounts(substringCall(binder, payload))
  if (read) {
    const context = contextLiteral(binder, read)
    if (context) {
      replaceNode(node, context)
      return
    }
    const rewritten = Object.hasOwn(rules, read.name) ? rules[read.name]?.(read) : null
    if (rewritten) {
      refuseStrayParts(kind, payload)
      apply(binder, node, rewritten)
      return
    }
    const isOwn =
      read.name.startsWith(bindCall.toUpperCase()) || read.name.startsWith(variableCall.toUpperCase())
    const passed = Object.hasOwn(passedFunctions, read.name) ? passedFunctions[read.name] : undefined
    const known =
      passed !== undefined ||
      Object.hasOwn(rules, read.name) ||
      Object.hasOwn(aggregateWraps, read.name) ||
      read.name === 'RATIO_TO_REPORT'
    if (kind === 'function' || kind === 'aggregate_function') {
      if (!known && !isOwn) throw unknownFunction(read.name)
      if (payload.quoted) throw unknownFunction(read.name)
    }
    const type = typeof passed === 'function' ? passed(read.types) : passed
    if (type) binder.types.set(node, type)
  }
  if (!binder.held.has(node)) wrapAggregate(binder, node)
}

const interpolating = new Set(['MEDIAN', 'PERCENTILE_CONT'])

/** DuckDB interpolates a DECIMAL at its own scale, which cuts digits off. */
const widenOperand = (core: SyntaxNode, node: SyntaxNode): void => {
  const ordered = asNodes(payloadOf(node, 'within_group')?.order_by)[0]
  const operand = ordered ? ordered.this : payloadOf(core, 'median')?.this
  if (isObject(operand)) replaceNode(operand, castTo({ ...operand }, { kind: 'real' }).node)
}

const countedTexts = new Set([
  'LEFT',
  'RIGHT',
  'LPAD',
  'RPAD',
  'REPEAT',
  'SPLIT_PART',
  'SUBSTR',
  'SUBSTRING',
  'CHR',
  'SPACE',
])

const substringCall = (binder: Binder, payload: SyntaxNode): FunctionCall => {
  const args = [payload.this, payload.start, payload.length].filter(isObject)
  return { name: 'SUBSTRING', args, types: args.map((arg) => binder.typeOf(arg)) }
}

/** DuckDB takes no DECIMAL where it counts characters. */
const roundCounts = ({ args, types }: FunctionCall): void => {
  args.forEach((arg, index) => {
    if (types[index]?.kind === 'fixed' && kindOf(arg) !== 'literal')
      replaceNode(arg, call('snow_integer', { ...arg }))
  })
}

const harmless = new Set([
  'name',
  'original_name',
  'safe',
  'inferred_type',
  'use_tables',
  'sql_standard_syntax',
])

/** A rewritten call is made anew from its arguments: what else the parser found on it would be lost. */
const refuseStrayParts = (kind: string, payload: SyntaxNode): void => {
  const fields = nodeCalls[kind]
  if (!fields) return
  for (const [key, value] of Object.entries(payload)) {
    const empty = value === null || value === false || (Array.isArray(value) && value.length === 0)
    if (
      !empty &&
      !fields.fields.includes(key) &&
      !harmless.has(key) &&
      !(key === 'position' && value === 'Both')
    )
      throw unsupported(`${fields.name} of this form`)
  }
}

/** An aggregate may stand inside OVER, WITHIN GROUP or FILTER; what its result needs goes around all of these. */
const wrapAggregate = (binder: Binder, node: SyntaxNode): void => {
  if (binder.held.has(node)) return
  let core: SyntaxNode = node
  for (let kind = kindOf(core); kind !== null && aggregateHolders.has(kind); kind = kindOf(core)) {
    const inner = (core[kind] as SyntaxNode).this
    if (!isObject(inner)) return
    core = inner
  }
  const kind = kindOf(core)
  const payload = kind === null ? null : payloadOf(core, kind)
  const read = kind === null || !payload ? null : readCall(binder, kind, payload)
  if (read?.name === 'RATIO_TO_REPORT') {
    apply(binder, node, ratioToReport(node, read))
    return
  }
  const wrap = read && Object.hasOwn(aggregateWraps, read.name) ? aggregateWraps[read.name] : null
  if (!read) return
  if (!wrap) {
    const type = binder.typeOf(core)
    if (type && core !== node) binder.types.set(node, type)
    return
  }
  if (interpolating.has(read.name)) widenOperand(core, node)
  const wrapped = wrap({ ...node }, read)
  if (wrapped) apply(binder, node, wrapped)
}

const contextLiteral = (binder: Binder, { name, args }: FunctionCall): SyntaxNode | null => {
  const literals = args.map((arg) => stringOf(arg) ?? numberOf(arg))
  if (literals.some((literal) => literal === null)) return null
  const value = binder.context.contextFunction(name, literals as string[])
  if (value === undefined) return null
  if (value === null) return { null: null }
  const literal_type = typeof value === 'number' ? 'number' : 'string'
  return { literal: { literal_type, value: String(value) } }
}
