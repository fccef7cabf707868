import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { verifyExport } from '@snowfence/audit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canMount, fillDisk, mount, unmount } from './small-disk.ts'
import { type Sent, startTrailLab, type TrailLab } from './trail-lab.ts'

describe.skipIf(!canMount)('a broker on a disk that is full', { timeout: 300_000 }, () => {
  let lab: TrailLab
  beforeEach(async () => {
    lab = await startTrailLab()
    mkdirSync(lab.dataDir)
  })
  afterEach(async () => {
    unmount(lab.dataDir)
    await lab.close()
  })

  it('acknowledges nothing, says why, and goes on by itself when there is space again', async () => {
    mount(lab.dataDir, '128m')
    const broker = await lab.start({ config: { log: { level: 'silent' } } })
    const session = await lab.openSession(broker.url)
    const all: Sent[] = []
    const send = async () => {
      const sent = lab.newRequest(session, 2)
      all.push(sent)
      const answer = await lab.post(broker.url, session, sent)
      return {
        status: answer?.status,
        error: answer?.status === 200 ? null : JSON.parse(answer?.text ?? '').error,
      }
    }
    expect((await send()).status).toBe(200)
    // Records that are moved out of the journal afterwards would give back some space.
    const journal = join(lab.dataDir, 'audit-journal.jsonl')
    await expect.poll(() => statSync(journal).size, { timeout: 60_000 }).toBe(0)
    const fill = fillDisk(lab.dataDir)
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await send()).toMatchObject({
        status: 503,
        error: {
          code: 'ERR_AUDIT_NOT_DURABLE',
          details: { cause: 'disk-full' },
          hint: expect.stringContaining('free'),
        },
      })
    }
    const ready = await fetch(`${broker.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({
      status: 'unavailable',
      error: { code: 'ERR_BROKER_DISK_FULL', hint: expect.stringContaining('free') },
    })
    // A change of state needs space as well.
    const refusals = await Promise.all(
      Array.from({ length: 40 }, () => lab.openSession(broker.url).then(() => '', String)),
    )
    const refused = refusals.filter((refusal) => refusal !== '')
    expect(new Set(refused.map((refusal) => /ERR_\w+/.exec(refusal)?.[0]))).toEqual(
      new Set(['ERR_BROKER_DISK_FULL']),
    )
    rmSync(fill)
    expect((await send()).status).toBe(200)
    for (const sent of all) await lab.post(broker.url, session, sent)
    await lab.openSession(broker.url)
    expect((await fetch(`${broker.url}/readyz`)).status).toBe(200)

    await broker.kill()
    const next = await lab.start()
    const exported = await lab.exported(next.url)
    const report = verifyExport({ ...exported, verify: { key: await lab.key(next.url) } })
    expect(report).toMatchObject({ proved: true, problems: [] })
    const ids = exported.records.map(({ text }) => JSON.parse(text).span.spanId as string)
    for (const spanId of all.flatMap(({ spanIds }) => spanIds)) {
      expect(ids.filter((id) => id === spanId)).toHaveLength(1)
    }
  })

  it('does not start on too small a disk, and starts on the same directory when there is space', async () => {
    mount(lab.dataDir, '6m')
    await expect(lab.start()).rejects.toThrow(/ERR_BROKER_DATA_CORRUPT[\s\S]*free space/)
    mount(lab.dataDir, '128m', ['remount'])
    const broker = await lab.start()
    const session = await lab.openSession(broker.url)
    expect((await lab.post(broker.url, session, lab.newRequest(session)))?.status).toBe(200)
  })
})
