import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyExport } from '@snowfence/audit'
import type { Session } from '@snowfence/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LabBroker, type Sent, startTrailLab, type TrailLab } from './trail-lab.ts'

const PATIENCE = { timeout: 60_000 }

/** Runs a command with process ids of its own, as a container does. */
const namespaces = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
const hasNamespaces = spawnSync('unshare', [...namespaces.slice(1), 'true']).status === 0

describe('brokers over one data directory', { timeout: 180_000 }, () => {
  let lab: TrailLab
  beforeAll(async () => {
    lab = await startTrailLab()
  })
  afterAll(() => lab.close())
  beforeEach(() => rm(lab.dataDir, { recursive: true, force: true }))

  const refusalOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'started',
      (error: Error) => /ERR_\w+/.exec(error.message)?.[0] ?? error.message,
    )

  /** Every record that some broker acknowledged is in the trail once, at its leaf. */
  const expectNothingLost = async (broker: LabBroker, all: readonly Sent[]): Promise<void> => {
    const exported = await lab.exported(broker.url)
    const receipts = all.flatMap(({ receipt }) => (receipt === null ? [] : [receipt]))
    const report = verifyExport({
      ...exported,
      verify: { key: await lab.key(broker.url) },
      anchors: receipts.map(({ treeSize, rootHash }) => ({ size: treeSize, rootHash })),
    })
    expect(report.problems).toEqual([])
    const leaves = exported.records.map(({ text }) => JSON.parse(text).span.spanId as string)
    expect(new Set(leaves).size).toBe(leaves.length)
    const acknowledged = all.filter(({ receipt }) => receipt !== null)
    expect(acknowledged.length).toBeGreaterThan(0)
    expect(acknowledged.flatMap(({ spanIds }) => spanIds).filter((id) => !leaves.includes(id))).toEqual([])
  }

  it.skipIf(!hasNamespaces)(
    'are one, though each of them is process 1 of its own PID namespace; SIGKILL frees the directory',
    async () => {
      const first = await lab.start({ before: namespaces })
      expect(await refusalOf(lab.start({ before: namespaces }))).toBe('ERR_BROKER_DATA_IN_USE')
      const session = await lab.openSession(first.url)
      const sent = lab.newRequest(session)
      expect((await lab.post(first.url, session, sent))?.status).toBe(200)
      await first.kill()
      const third = await lab.start({ before: namespaces })
      await expectNothingLost(third, [sent])
      await third.kill()
    },
  )
  if (!hasNamespaces)
    process.stdout.write('PID namespaces are not tested: `unshare --pid` is not permitted here\n')

  it('lose nothing when a second one comes all the same: it fences the first one off', async () => {
    const first = await lab.start()
    const session = await lab.openSession(first.url)
    const all: Sent[] = []
    let isOver = false
    const statuses = new Set<number>()
    const send = async (url: string, own: Session): Promise<void> => {
      while (!isOver) {
        const sent = lab.newRequest(own, 2)
        all.push(sent)
        const answer = await lab.post(url, own, sent)
        if (answer === null) return
        statuses.add(answer.status)
      }
    }
    const senders = Array.from({ length: 4 }, () => send(first.url, session))
    await expect
      .poll(() => all.filter(({ receipt }) => receipt !== null).length, PATIENCE)
      .toBeGreaterThan(20)

    // The kernel's lock is on a file that is gone now: nothing but the owner's id is left.
    rmSync(join(lab.dataDir, 'broker.lock'))
    const second = await lab.start()
    const before = all.length
    const later = await lab.openSession(second.url)
    const more = [send(second.url, later), send(second.url, later)]
    await expect.poll(() => statuses.has(503), PATIENCE).toBe(true)
    await expect.poll(() => all.length, PATIENCE).toBeGreaterThan(before + 20)
    const ready = await fetch(`${first.url}/readyz`)
    expect(ready.status).toBe(503)
    isOver = true
    await Promise.all([...senders, ...more])

    await first.kill()
    await expectNothingLost(second, all)
    await second.kill()
    const third = await lab.start()
    await expectNothingLost(third, all)
    await third.kill()
  })
})
