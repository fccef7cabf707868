import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyExport } from '@snowfence/audit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sent, startTrailLab, type TrailLab } from './trail-lab.ts'

const mount = (directory: string, size: string, more: readonly string[] = []): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', [`size=${size},mode=0700`, ...more].join(), 'tmpfs', directory])
    .status === 0
const unmount = (directory: string): void => {
  spawnSync('umount', ['-l', directory])
}

/** Whether this user may mount a file system of a few megabytes. */
const canMount = (() => {
  const probe = join(tmpdir(), `snowfence-mount-${process.pid}`)
  mkdirSync(probe)
  const isMounted = mount(probe, '1m')
  if (isMounted) unmount(probe)
  rmSync(probe, { recursive: true })
  return isMounted
})()
if (!canMount) process.stdout.write('full disks are not tested here: this user may not mount a tmpfs\n')

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

  const fillDisk = (): string => {
    const file = join(lab.dataDir, 'fill')
    const descriptor = openSync(file, 'w')
    const block = Buffer.alloc(4096)
    try {
      for (;;) writeSync(descriptor, block)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      closeSync(descriptor)
    }
    return file
  }

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
    const fill = fillDisk()
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
    // A change of state needs space as well.
    await expect(Promise.all(Array.from({ length: 40 }, () => lab.openSession(broker.url)))).rejects.toThrow(
      'no session',
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
