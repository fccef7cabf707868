import type { SeededRandom } from './seeded-random.ts'

/** Names are numbers until a statement is written: `§3§`. Parts that may stand in brackets are marked: `⟦x⟧`. */
export const NAMES = 8

interface Relation {
  readonly alias: number | null
  readonly columns: readonly number[]
}

/** The tables of the catalogue by their name, with the names of their columns. Each name is also one of other things. */
export const tables: ReadonlyMap<number, readonly number[]> = new Map([
  [0, [0, 1, 2, 3]],
  [1, [1, 2, 4]],
  [5, [5, 6, 0, 2]],
])

const name = (number: number): string => `§${number}§`

/** Makes SELECT statements in which one name stands for a table, columns, aliases and more, as chance will have it. */
export class StatementMaker {
  readonly #random: SeededRandom

  constructor(random: SeededRandom) {
    this.#random = random
  }

  make(): string {
    return this.#query([], 2)
  }

  #chance(share: number): boolean {
    return this.#random.next() < share
  }

  #any(): number {
    return this.#random.below(NAMES)
  }

  #pick<Item>(items: readonly Item[]): Item {
    return this.#random.pick(items)
  }

  #query(outer: readonly Relation[], depth: number, width = 0): string {
    const ctes = depth > 0 && this.#chance(0.25) ? this.#with(outer, depth) : { text: '', relation: null }
    const select = this.#select(outer, depth, ctes.relation, width)
    const limit = this.#chance(0.1) ? ' limit 5' : ''
    return `${ctes.text}${select}${limit}`
  }

  #with(outer: readonly Relation[], depth: number): { text: string; relation: Relation } {
    const alias = this.#any()
    const columns = this.#columns()
    const query = this.#query(outer, depth - 1, columns.length)
    return {
      text: `with ${name(alias)} ( ${columns.map(name).join(' , ')} ) as ( ${query} ) `,
      relation: { alias, columns },
    }
  }

  #columns(): readonly number[] {
    const first = this.#any()
    return Array.from({ length: 1 + this.#random.below(3) }, (_, index) => (first + index) % NAMES)
  }

  #select(outer: readonly Relation[], depth: number, cte: Relation | null, width: number): string {
    const scope: Relation[] = []
    const from = this.#from(scope, outer, depth, cte)
    const all = [...scope, ...outer]
    const count = width > 0 ? width : 1 + this.#random.below(3)
    const items = Array.from({ length: count }, () => this.#item(all, depth, width > 0))
    const star = width === 0 && this.#chance(0.1) ? [this.#star(scope)] : []
    return `select ${[...items, ...star].join(' , ')} from ${from}${this.#clauses(all, depth)}`
  }

  #star(scope: readonly Relation[]): string {
    const relation = this.#pick(scope)
    const star = relation.alias === null ? '*' : `${name(relation.alias)}.*`
    const column = name(this.#pick(relation.columns))
    return this.#pick([
      star,
      `${star} exclude ${column}`,
      `${star} exclude ( ${column} )`,
      `${star} rename ${column} as ${name(this.#any())}`,
      `${star} replace ( upper( ${column} ) as ${column} )`,
      `${star} ilike '%'`,
    ])
  }

  #item(scope: readonly Relation[], depth: number, isPlain: boolean): string {
    const value = this.#value(scope, depth)
    const alias = name(this.#any())
    return isPlain ? `${value} as ${alias}` : this.#pick([value, `${value} as ${alias}`, `${value} ${alias}`])
  }

  #clauses(scope: readonly Relation[], depth: number): string {
    const value = () => this.#value(scope, depth - 1)
    const parts: string[] = []
    if (this.#chance(0.4)) parts.push(`where ${this.#condition(scope, depth - 1)}`)
    if (this.#chance(0.2)) parts.push(`group by ${this.#pick([() => value(), () => 'all', () => '1'])()}`)
    if (this.#chance(0.1)) parts.push(`having count( * ) >= 11 and ${this.#condition(scope, 0)}`)
    const window = this.#any()
    const isNamed = this.#chance(0.1)
    if (isNamed) parts.push(`window ${name(window)} as ( partition by ${value()} order by ${value()} )`)
    if (this.#chance(0.15)) {
      const over = isNamed ? name(window) : `( partition by ${value()} order by ${value()} )`
      parts.push(`qualify row_number( ) over ${over} = 1`)
    }
    if (this.#chance(0.25)) parts.push(`order by ${value()}${this.#pick(['', ' desc', ' nulls last'])}`)
    return parts.map((part) => ` ${part}`).join('')
  }

  #condition(scope: readonly Relation[], depth: number): string {
    const value = () => `⟦${this.#value(scope, depth)}⟧`
    const one = this.#pick([
      () => `${value()} = 5`,
      () => `${value()} = ?`,
      () => `${value()} in ( 1 , 2 )`,
      () => `${value()} = ${value()}`,
      () => `${value()} is not null`,
      () => `${value()} is not distinct from ${value()}`,
      () => `not ${value()}`,
      () => `${value()} between 1 and ${value()}`,
      () => `${value()} like any ( 'a' , 'b' )`,
      () => `${value()} rlike 'a'`,
      () => (depth > 0 ? `exists ( ${this.#query(scope, depth - 1)} )` : 'true'),
      () => (depth > 0 ? `${value()} in ( ${this.#query(scope, depth - 1, 1)} )` : 'true'),
    ])()
    return this.#chance(0.4) ? `${one} ${this.#pick(['and', 'or'])} ${this.#condition(scope, 0)}` : one
  }

  #column(scope: readonly Relation[]): string {
    if (this.#chance(0.1)) return name(this.#any())
    const { alias, columns } = this.#pick(scope)
    const column = name(this.#pick(columns))
    return alias !== null && this.#chance(0.6) ? `${name(alias)}.${column}` : column
  }

  #value(scope: readonly Relation[], depth: number): string {
    const column = () => this.#column(scope)
    const value = () => (depth > 0 ? `⟦${this.#value(scope, depth - 1)}⟧` : column())
    const plain = [
      column,
      column,
      () => `${column()}:${name(this.#any())}::varchar`,
      () => `${column()}[0]`,
      () =>
        `${column()}::${this.#pick(['number( 5 , 2 )', 'varchar', 'double precision', 'timestamp_ntz', 'array( int )'])}`,
    ]
    const nested = [
      () => `max( ${value()} )`,
      () => `upper( ${value()} )`,
      () => `count( distinct ${value()} )`,
      () => `⟦${column()}⟧ ${this.#pick(['+', '-', '||', '*'])} ⟦${column()}⟧`,
      () => `- ⟦${column()}⟧`,
      () => `case when ${value()} then ${value()} else ${value()} end`,
      () => `case ${value()} when 1 then ${value()} end`,
      () => `cast( ${value()} as varchar )`,
      () => `coalesce( ${value()} , ${value()} )`,
      () =>
        `sum( ${value()} ) over ( partition by ${value()} order by ${value()} rows between 1 preceding and current row )`,
      () => `lag( ${value()} ) ignore nulls over ( order by ${value()} )`,
      () => `listagg( ${value()} , ',' ) within group ( order by ${value()} )`,
      () => `transform( ${value()} , ${this.#lambda(scope)} )`,
      () => `dateadd( day , 1 , ${value()} )`,
      () => `extract( year from ${value()} )`,
      () => `trim( ${value()} , 'a' )`,
      () => `position( 'a' in ${value()} )`,
      () => `[ ${value()} , 1 ]`,
      () => `{ 'k' : ${value()} , 'l' : 1 }`,
      () => `object_construct( ${name(this.#pick(scope).alias ?? 0)}.* )`,
      () => `( ${this.#query(scope, depth - 1, 1)} )`,
      () => `identifier( '${column()}' )`,
      () => `iff( ${this.#condition(scope, depth - 1)} , ${value()} , 1 )`,
    ]
    return this.#pick(depth > 0 ? [...plain, ...nested] : plain)()
  }

  #lambda(scope: readonly Relation[]): string {
    const parameter = this.#any()
    const inner = [{ alias: null, columns: [parameter] }, ...scope]
    return this.#pick([
      `${name(parameter)} -> ${this.#column(inner)}`,
      `( ${name(parameter)} ) -> ${this.#column(inner)} + ${this.#column(inner)}`,
      `${name(parameter)} int -> ${this.#column(inner)}`,
    ])
  }

  #from(scope: Relation[], outer: readonly Relation[], depth: number, cte: Relation | null): string {
    const parts = [this.#relation(scope, outer, depth, cte)]
    for (let left = this.#random.below(3); left > 0; left -= 1) {
      const before = scope.length
      const right = this.#relation(scope, outer, depth, cte)
      const shared = scope[before - 1]!.columns.filter((column) => scope[before]?.columns.includes(column))
      const kind = this.#pick([
        'join',
        'left join',
        'inner join',
        'full outer join',
        'right directed join',
        'cross join',
      ])
      const condition = this.#pick([
        ` on ${this.#condition(scope, 0)}`,
        shared.length > 0 ? ` using ( ${name(this.#pick(shared))} )` : ` on true`,
        ` on ${this.#condition(scope, 0)}`,
      ])
      parts.push(
        this.#chance(0.15) ? `, ${right}` : `${kind} ${right}${kind === 'cross join' ? '' : condition}`,
      )
    }
    return parts.join(' ')
  }

  #relation(scope: Relation[], outer: readonly Relation[], depth: number, cte: Relation | null): string {
    const alias = this.#any()
    const as = this.#pick(['', 'as '])
    const add = (columns: readonly number[], text: string, called: number | null = alias): string => {
      scope.push({ alias: called, columns })
      return text
    }
    const [table, columns] = this.#pick([...tables])
    const [column, other] = [name(this.#pick(columns)), name(this.#pick(columns))]
    const made = this.#columns()
    const list = made.map(name).join(' , ')
    return this.#pick([
      () => add(columns, `${name(table)} ${as}${name(alias)}`),
      () => add(columns, `${name(table)} ${as}${name(alias)}`),
      () => add(columns, name(table), table),
      () => add(columns, `c.p.${name(table)}`, table),
      () => add(columns, `identifier( '${name(table)}' ) ${name(alias)}`),
      () => (cte === null ? add(columns, name(table), table) : add(cte.columns, name(cte.alias!), cte.alias)),
      () =>
        add(
          made,
          `( ${this.#query(outer, Math.max(0, depth - 1), made.length)} ) ${as}${name(alias)} ( ${list} )`,
        ),
      () => add(made, `( values ( ${made.map(() => '1').join(' , ')} ) ) ${name(alias)} ( ${list} )`),
      () =>
        scope.length === 0
          ? add(columns, name(table), table)
          : add(
              [this.#any()],
              `, lateral flatten( input => ${this.#column(scope)} ) ${as}${name(alias)}`,
            ).slice(2),
      () =>
        add(
          [...columns.filter((at) => name(at) !== column && name(at) !== other)],
          `${name(table)} pivot ( max( ${column} ) for ${other} in ( 'a' , 'b' ) ) ${as}${name(alias)}`,
        ),
      () =>
        add(
          made.slice(0, 2),
          `${name(table)} unpivot ( ${name(made[0]!)} for ${name(made[1] ?? 7)} in ( ${column} ) ) ${as}${name(alias)}`,
        ),
      () => add(columns, `${name(table)} sample ( 10 ) ${name(alias)}`),
      () => {
        const symbol = name(this.#any())
        return add(
          made.slice(0, 1),
          `${name(table)} match_recognize ( partition by ${column} order by ${other} measures max( ${symbol}.${column} ) as ${name(made[0]!)} one row per match pattern ( ${symbol}+ ) define ${symbol} as ${other} > 1 ) ${as}${name(alias)}`,
        )
      },
    ])()
  }
}
