import type { Settings } from './statement-tree.ts'
import type { Type, Value } from './value.ts'

/** A row that is being worked on, inside of the rows that its subquery stands in. */
export interface Frame {
  readonly row: readonly Value[]
  readonly up: Frame | null
  /** The rows that a grouped row stands for. */
  readonly group: readonly Frame[] | null
  /** The values of the window functions, by slot. */
  readonly windows: Value[]
}

/** An expression that is ready to run on any world. */
export interface Compiled {
  readonly type: Type
  /** Whether a classified value takes part in it. */
  readonly classified: boolean
  /** Whether it is the same in every row and world. */
  readonly constant: boolean
  /**
   * `live` is false where Snowflake may or may not come to it: an untaken branch, a row that is filtered out.
   * Failures are noted in the run, and give NULL.
   */
  run(frame: Frame, live: boolean): Value
}

export interface Column {
  readonly rel: string | null
  readonly name: string
  readonly type: Type
  readonly classified: boolean
}

export interface WindowSlot {
  /** The values of the function for each frame, in order. */
  values(frames: readonly Frame[], live: boolean): Value[]
}

export interface Scope {
  readonly columns: readonly Column[]
  readonly up: Scope | null
  readonly windows: WindowSlot[]
  /** Common tables by name: the innermost first. */
  readonly common: ReadonlyMap<string, CommonRows>
}

export interface CommonRows {
  readonly columns: readonly Column[]
  rows(): readonly (readonly Value[])[]
}

export interface TableDefinition {
  readonly name: string
  readonly columns: readonly Column[]
}

export type World = ReadonlyMap<string, readonly (readonly Value[])[]>

/** Snowflake refuses the statement when it compiles it, whatever the data. */
export class CompileRefusal extends Error {}
/** The statement takes too many steps to be of use. */
export class TooLarge extends Error {}

const STEPS = 60_000

/** One statement that is compiled, and the state of its current run. */
export class Compilation {
  readonly settings: Settings
  readonly tables: ReadonlyMap<string, TableDefinition>
  readonly sites: string[] = []
  /** Rows of the tables of judgements and of failures that it contains: true where a classified value takes part. */
  readonly constructs = new Map<string, boolean>()
  world: World = new Map()
  /** Sites that failed where Snowflake surely or perhaps comes to them. */
  reached = new Set<number>()
  eager = new Set<number>()
  steps = 0
  /** Counts runs, so that what is kept within one is not taken for the next. */
  generation = 0

  constructor(settings: Settings, tables: ReadonlyMap<string, TableDefinition>) {
    this.settings = settings
    this.tables = tables
  }

  begin(world: World): void {
    this.world = world
    this.reached = new Set()
    this.eager = new Set()
    this.steps = 0
    this.generation += 1
  }

  step(count = 1): void {
    this.steps += count
    if (this.steps > STEPS) throw new TooLarge('too many steps')
  }

  site(name: string): number {
    this.sites.push(name)
    return this.sites.length - 1
  }

  fail(site: number, live: boolean): null {
    this.eager.add(site)
    if (live) this.reached.add(site)
    return null
  }

  mark(construct: string, classified: boolean): void {
    this.constructs.set(construct, classified || (this.constructs.get(construct) ?? false))
  }
}
