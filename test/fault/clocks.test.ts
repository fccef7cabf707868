import { verifyExport } from '@snowfence/audit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTrailLab, type TrailLab } from './trail-lab.ts'

const MINUTE_MS = 60_000
const PATIENCE = { timeout: 120_000 }

let lab: TrailLab
beforeAll(async () => {
  lab = await startTrailLab()
})
afterAll(() => lab.close())

it('a broker whose clock is set forward and back under load says so, and its times of receipt never run backwards', async () => {
  const broker = await lab.start({ config: { log: { level: 'warn' } } })
  const session = await lab.openSession(broker.url)
  const statuses = new Set<number | undefined>()
  let acknowledged = 0
  let isOver = false
  const senders = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const answer = await lab.post(broker.url, session, lab.newRequest(session))
      statuses.add(answer?.status)
      acknowledged += 1
    }
  })
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${broker.url}/metrics`)).text()
    const line = text.split('\n').find((each) => each.startsWith(`${name} `))
    return Number(line?.split(' ')[1] ?? 0)
  }
  const noticed = () => metric('snowfence_broker_events_total{event="trail.clock_changed"}')
  const untilMore = async (): Promise<void> => {
    const before = acknowledged
    await expect.poll(() => acknowledged, PATIENCE).toBeGreaterThan(before + 20)
  }

  await untilMore()
  expect(await metric('snowfence_broker_records_misdated_total')).toBe(0)
  for (const [index, minutes] of [30, -20, 0].entries()) {
    broker.setClock(minutes * MINUTE_MS)
    await expect.poll(noticed, PATIENCE).toBe(index + 1)
    await untilMore()
  }
  // A record of an agent whose clock is years behind is marked, and no other one: the broker's jumps are not the agents'.
  const misdated = lab.newRequest(session)
  const body = misdated.body.replaceAll(/TimeUnixNano":"\d+"/g, 'TimeUnixNano":"1000"')
  expect((await lab.post(broker.url, session, { ...misdated, body }))?.status).toBe(200)
  expect(await metric('snowfence_broker_records_misdated_total')).toBe(1)
  isOver = true
  await Promise.all(senders)

  expect(statuses).toEqual(new Set([200]))
  const exported = await lab.exported(broker.url)
  const report = verifyExport({ ...exported, verify: { key: await lab.key(broker.url) } })
  expect(report).toMatchObject({ proved: true, problems: [] })
  const records = exported.records.map(({ text }) => JSON.parse(text))
  const times: string[] = records.map(({ source }) => source.receivedAt)
  expect(times).toEqual(times.toSorted())
  const changes = records
    .filter(({ span }) => span.name === 'trail.clock_changed')
    .map(({ span }) => Math.round(span.attributes['snowfence.clock.change.ms'] / MINUTE_MS))
  expect(changes).toEqual([30, -50, 20])
  expect(broker.log()).toContain('clock was set')
}, 300_000)
