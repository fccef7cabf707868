import type { ColumnDecision, ColumnFlow, IdentifierKind, Mask, OutputColumn } from '@snowfence/core'
import { isOfForms } from './allowed-observation.ts'
import type { ColumnLens, SeenColumn } from './column-lens.ts'
import { fittingMask } from './fitting-mask.ts'
import { strictestMask } from './strictest-mask.ts'

const withhold: Mask = { kind: 'withhold' }

export interface SeenFlow {
  readonly seen: SeenColumn
  readonly via: ColumnFlow['via']
  readonly functions: readonly string[]
  readonly masks: readonly Mask[]
  readonly because: string
}

/** What one base column contributes to an output, and under which masks. */
export const seeFlow = (flow: ColumnFlow, lens: ColumnLens, mayCount: MayCount = never): SeenFlow => {
  const seen = lens(flow.column)
  const { via, functions } = flow
  switch (via) {
    case 'count':
      return { seen, via, functions, masks: [], because: `only counts ${flow.column}` }
    case 'value':
      return { seen, via, functions, ...seeValue(flow, seen, lens) }
    case 'distinct':
      return { seen, via, functions, ...seeDistinct(flow, seen, mayCount) }
    case 'derived':
      return { seen, via, functions, ...seeDerived(flow, seen) }
    default:
      return via satisfies never
  }
}

/** Whether the number of different values of a column may be told. */
export type MayCount = (flow: ColumnFlow) => boolean
const never: MayCount = () => false

const seeDistinct = (
  flow: ColumnFlow,
  seen: SeenColumn,
  mayCount: MayCount,
): Pick<SeenFlow, 'masks' | 'because'> =>
  seen.masks.length === 0 || mayCount(flow)
    ? { masks: [], because: `only counts different values of ${flow.column}` }
    : {
        masks: [withhold],
        because: `counts different values, and ${seen.because}: the number would tell which are equal`,
      }

const seeValue = (
  flow: ColumnFlow,
  seen: SeenColumn,
  lens: ColumnLens,
): Pick<SeenFlow, 'masks' | 'because'> => {
  const masks = seen.masks.map((mask) => fittingMask(mask, flow, seen, lens))
  const fits = masks.every((mask, index) => mask === seen.masks[index])
  return {
    masks,
    because: fits
      ? seen.because
      : `chosen by ${flow.functions.join(', ')}, and ${seen.because}: its mask would tell more than it shows`,
  }
}

/** Give one of several values back as it is. */
const choosing: ReadonlySet<string> = new Set(['MIN', 'MAX', 'ANY_VALUE', 'MODE'])
/** Give only how many values there are. */
const counting: ReadonlySet<string> = new Set(['COUNT', 'COUNT DISTINCT'])

/**
 * The masks of what is made of forms that are known. A form that is chosen among others keeps its mask, and a number of
 * them has none. Null for anything else.
 */
const masksOfForms = (flow: ColumnFlow, seen: SeenColumn): readonly Mask[] | null => {
  if (!isOfForms(seen, flow)) return null
  const { functions, first = functions } = flow
  const masks = first.flatMap((name) => seen.functionMasks(name))
  const others = functions.filter((name) => !first.includes(name))
  if (masks.length === 0 || (others.length > 0 && others.every((name) => counting.has(name)))) return []
  return others.every((name) => choosing.has(name)) && flow.chosen !== true ? masks : null
}

const seeDerived = (flow: ColumnFlow, seen: SeenColumn): Pick<SeenFlow, 'masks' | 'because'> => {
  if (seen.masks.length === 0) return { masks: [], because: seen.because }
  const { functions } = flow
  // A path that names no function cannot be one that a class allows.
  const masks =
    functions.length === 0
      ? [withhold]
      : (masksOfForms(flow, seen) ?? functions.flatMap((name) => seen.functionMasks(name)))
  const how = flow.functions.length === 0 ? '' : ` by ${flow.functions.join(', ')}`
  return {
    masks,
    because: masks.some((mask) => mask.kind === 'withhold')
      ? `computed${how}, and ${seen.because}: a mask cannot follow a computation`
      : `computed${how}, which its class allows, and ${seen.because}`,
  }
}

/**
 * The identifiers of an output whose every value is one stored column's own. The name of a UNION, of VALUES and of a
 * function stands among the functions of a flow, so a constant of the writer's choice is never taken for stored.
 */
const storedIdentifiers = (flows: readonly SeenFlow[]): readonly IdentifierKind[] | null => {
  const [only, ...others] = flows
  if (only === undefined || others.length > 0 || only.via !== 'value' || only.functions.length > 0)
    return null
  const stated = only.seen.classes.flatMap(({ statedIdentifier }) => statedIdentifier ?? [])
  return [...new Set(stated)].sort()
}

export interface SeenOutput {
  readonly decision: ColumnDecision
  readonly flows: readonly SeenFlow[]
}

/** The mask of one output: the strictest of everything that flows into it. */
export const seeOutput = (output: OutputColumn, lens: ColumnLens, mayCount: MayCount = never): SeenOutput => {
  const flows = output.flows.map((flow) => seeFlow(flow, lens, mayCount))
  // INVARIANT: a source without a flow is one whose way to the output is unknown, and is treated as computed.
  for (const column of output.columns) {
    if (!output.flows.some((flow) => flow.column === column)) {
      flows.push(seeFlow({ column, via: 'derived', functions: [] }, lens))
    }
  }
  const mask = strictestMask(flows.flatMap((flow) => flow.masks))
  const classes = new Set(flows.flatMap(({ seen }) => seen.classes.map((cls) => cls.name)))
  const stored = storedIdentifiers(flows)
  const sources = new Set(flows.map(({ seen }) => seen.column))
  return {
    flows,
    decision: {
      name: output.name,
      sources: [...sources].sort(),
      classes: [...classes].sort(),
      mask,
      ...(stored === null ? {} : { storedIdentifiers: stored }),
      because: explain(flows, mask),
    },
  }
}

// A star inside a function can have a hundred sources: the first few tell why.
const TOLD = 3

const explain = (flows: readonly SeenFlow[], mask: Mask | null): string => {
  if (flows.length === 0) return 'holds no column of any table'
  const telling = mask === null ? flows : flows.filter((flow) => flow.masks.length > 0)
  const told = [...new Set(telling.map((flow) => flow.because))].sort()
  const more = told.length - TOLD
  return [...told.slice(0, TOLD), ...(more > 0 ? [`and ${more} more sources`] : [])].join('; ')
}
