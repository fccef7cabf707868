import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type FaultyClinic, startFaultyClinic } from './faulty-clinic.ts'

const READ = 'select PATIENT_ID from PATIENTS order by 1 limit 1'
const WRITE = 'insert into OUTCOMES values (1)'

/** A line of an agent's output. */
interface Said {
  readonly tag: string
  readonly event: 'connected' | 'begun' | 'completed' | 'failed'
  readonly sqlText?: string
  readonly traceId?: string
  readonly execution?: string
}

export interface KillReport {
  readonly rounds: number
  /** Statements that agents were told have ended well. */
  readonly completed: number
  /** Those of them of which the trail lacks the intent, or for a write the outcome. */
  readonly lost: number
  /** Records that are in the trail more than once. */
  readonly twice: number
  /** Rounds after which an agent that was not killed did not get on. */
  readonly dead: number
  /** Writes whose end no agent was told, or was told that it is unknown; and what the look-up said of each. */
  readonly inDoubt: number
  readonly foundToHaveRun: number
  readonly foundNotToHaveRun: number
  /** Rows that are in the table without a successful run in the warehouse's history, or the other way round. */
  readonly unexplained: number
}

class Agent {
  readonly said: Said[] = []
  #process: ChildProcess | null = null
  readonly #clinic: FaultyClinic
  readonly #name: string
  #life = 0

  constructor(clinic: FaultyClinic, name: string) {
    this.#clinic = clinic
    this.#name = name
  }

  async start(): Promise<void> {
    this.#life += 1
    const name = `${this.#name}.${this.#life}`
    this.#process = await this.#clinic.spawnAgent([WRITE, READ], { repeat: true, name })
    createInterface({ input: this.#process.stdout! }).on('line', (line) => this.said.push(JSON.parse(line)))
  }

  async kill(): Promise<void> {
    const ended = once(this.#process!, 'exit')
    this.#process?.kill('SIGKILL')
    await ended
  }

  get completed(): Said[] {
    return this.said.filter(({ event }) => event === 'completed')
  }

  /** Whether it completes another write and another read within a time that no restart takes. */
  async getsOn(): Promise<boolean> {
    const enough = this.completed.length + 3
    for (let waited = 0; waited < 120_000; waited += 20) {
      if (this.completed.length >= enough) return true
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return false
  }
}

/** What the trail holds of a statement, by its trace. */
const countRecords = async (clinic: FaultyClinic) => {
  const kinds = new Map<string, Set<string>>()
  const ids = new Set<string>()
  let twice = 0
  for (const { source, span } of await clinic.records()) {
    if (source.producer !== 'sdk') continue
    const id = `${span.traceId}/${span.spanId}`
    if (ids.has(id)) twice += 1
    ids.add(id)
    const known = kinds.get(span.traceId) ?? new Set()
    kinds.set(span.traceId, known.add(String(span.attributes['snowfence.span'])))
  }
  return { kinds, twice }
}

/** Kills the broker and agents in turn, under load, and counts what became of the statements. */
export const runKillRounds = async (rounds: number): Promise<KillReport> => {
  const clinic = await startFaultyClinic()
  try {
    const agents = [new Agent(clinic, 'a'), new Agent(clinic, 'b')]
    for (const agent of agents) await agent.start()
    let dead = 0
    for (let round = 0; round < rounds; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 400))
      const victim = round % 3 === 2 ? agents[Math.floor(round / 3) % agents.length]! : null
      if (victim !== null) {
        await victim.kill()
        await victim.start()
      } else {
        await clinic.kill()
        await clinic.start()
      }
      const gotOn = await Promise.all(agents.map((agent) => agent.getsOn()))
      dead += gotOn.filter((each) => !each).length
    }
    for (const agent of agents) await agent.kill()

    const said = agents.flatMap((agent) => agent.said)
    const completed = said.filter(({ event }) => event === 'completed')
    const { kinds, twice } = await countRecords(clinic)
    const lost = completed.filter(({ traceId = '', sqlText }) => {
      const known = kinds.get(traceId)
      return !known?.has('authorize') || (sqlText === WRITE && !known.has('query'))
    }).length

    const ended = new Set(
      said
        .filter(
          ({ event, execution }) =>
            event === 'completed' || (event === 'failed' && execution !== 'unknown' && execution !== 'ran'),
        )
        .map(({ tag }) => tag),
    )
    const doubts = said.filter(
      ({ event, sqlText, tag }) => event === 'begun' && sqlText === WRITE && !ended.has(tag),
    )
    const observer = await clinic.connect()
    const found: string[] = []
    for (const { tag } of doubts) found.push((await observer.lookUp({ queryTag: tag })).outcome)
    const { rows } = await observer.query<{ N: number }>('select count(*) as N from OUTCOMES')
    const ran = clinic.warehouse
      .queryHistory()
      .filter(({ queryText, status }) => queryText === WRITE && status === 'SUCCESS').length
    return {
      rounds,
      completed: completed.length,
      lost,
      twice,
      dead,
      inDoubt: doubts.length,
      foundToHaveRun: found.filter((outcome) => outcome === 'succeeded').length,
      foundNotToHaveRun: found.filter((outcome) => outcome === 'not-found' || outcome === 'failed').length,
      unexplained: Math.abs((rows[0]?.N ?? 0) - ran),
    }
  } finally {
    await clinic.close()
  }
}
