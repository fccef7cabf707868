import { randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { verifyExport } from '@snowfence/audit'
import type { Session } from '@snowfence/core'
import { type LabBroker, type Sent, type StartOptions, startTrailLab } from './trail-lab.ts'

const SENDERS = 8

export interface KillFigures {
  readonly rounds: number
  /** Records that a broker acknowledged before it was killed, or when they were sent again. */
  readonly acknowledged: number
  /** Acknowledged records that the trail lacks at the end, has twice or has in another place. */
  readonly lost: number
  /** Milliseconds from the start of a process to its address, each start of a round. */
  readonly startsMs: readonly number[]
  readonly records: number
  readonly proved: boolean
  readonly problems: number
  readonly verifyMs: number
}

/**
 * Kills a broker with SIGKILL again and again while agents send records, and starts it on the same directory. Each time,
 * what had no answer is sent again with the same ids.
 */
export const runKillRounds = async (
  rounds: number,
  onRound: (round: number, startMs: number) => void = () => undefined,
  from: StartOptions['from'] = 'source',
): Promise<KillFigures> => {
  const lab = await startTrailLab()
  const all: Sent[] = []
  const startsMs: number[] = []
  const startTimed = async (): Promise<LabBroker> => {
    const begun = performance.now()
    const broker = await lab.start({ from })
    startsMs.push(performance.now() - begun)
    return broker
  }
  const sendUntilDead = async (url: string, session: Session, isOver: () => boolean): Promise<void> => {
    while (!isOver()) {
      const sent = lab.newRequest(session, randomInt(1, 4))
      all.push(sent)
      if ((await lab.post(url, session, sent)) === null) return
    }
  }
  try {
    let broker = await startTimed()
    const session = await lab.openSession(broker.url)
    for (let round = 1; round <= rounds; round += 1) {
      const { url } = broker
      let isOver = false
      const senders = Array.from({ length: SENDERS }, () => sendUntilDead(url, session, () => isOver))
      await setTimeout(randomInt(20, 700))
      await broker.kill()
      isOver = true
      await Promise.all(senders)
      broker = await startTimed()
      for (const sent of all.filter(({ receipt }) => receipt === null))
        await lab.post(broker.url, session, sent)
      onRound(round, startsMs.at(-1) ?? 0)
    }
    const exported = await lab.exported(broker.url)
    const receipts = all.flatMap(({ receipt }) => (receipt === null ? [] : [receipt]))
    const anchors = receipts.map(({ treeSize, rootHash }) => ({ size: treeSize, rootHash }))
    const begun = performance.now()
    const report = verifyExport({ ...exported, verify: { key: await lab.key(broker.url) }, anchors })
    const verifyMs = performance.now() - begun
    const counts = new Map<string, number>()
    for (const { text } of exported.records) {
      const id = JSON.parse(text).span.spanId as string
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    const acknowledged = all.filter(({ receipt }) => receipt !== null).flatMap(({ spanIds }) => spanIds)
    return {
      rounds,
      acknowledged: acknowledged.length,
      lost: acknowledged.filter((id) => counts.get(id) !== 1).length,
      startsMs: startsMs.slice(1),
      records: exported.records.length,
      proved: report.proved,
      problems: report.problems.length,
      verifyMs,
    }
  } finally {
    await lab.close()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '100' }, built: { type: 'boolean', default: false } },
  })
  const figures = await runKillRounds(
    Number(values.rounds),
    (round, startMs) => process.stdout.write(`round ${round}: back after ${Math.round(startMs)} ms\n`),
    values.built ? 'build' : 'source',
  )
  const starts = figures.startsMs.toSorted((left, right) => left - right)
  const at = (share: number): number => Math.round(starts[Math.floor(share * (starts.length - 1))] ?? 0)
  process.stdout.write(
    `${figures.rounds} kills: ${figures.acknowledged} records acknowledged, ${figures.lost} lost; ` +
      `back after ${at(0.5)} ms (median), ${at(1)} ms (longest); ` +
      `${figures.records} records ${figures.proved ? 'proved' : 'NOT proved'} in ${Math.round(figures.verifyMs)} ms\n`,
  )
  process.exitCode = figures.lost === 0 && figures.proved ? 0 : 1
}
