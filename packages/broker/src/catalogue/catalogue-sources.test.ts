import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lease } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFileCatalogue } from './create-file-catalogue.ts'
import { createWarehouseCatalogue } from './create-warehouse-catalogue.ts'

describe('a catalogue in a file', () => {
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'snowfence-catalogue-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  const write = async (name: string, content: string, modified: Date): Promise<string> => {
    const file = join(directory, name)
    await writeFile(file, content)
    await utimes(file, modified, modified)
    return file
  }

  it('is one object until the file changes', async () => {
    const file = await write('a.json', '{"CLINIC":{"PUBLIC":{"A":["X"]}}}', new Date(1000))
    const source = createFileCatalogue(file)
    const first = await source.current()
    expect(first).toEqual({ catalog: { CLINIC: { PUBLIC: { A: ['X'] } } } })
    expect((await source.current()).catalog).toBe(first.catalog)
    await write('a.json', '{"CLINIC":{"PUBLIC":{"A":["X"],"B":["Y"]}}}', new Date(2000))
    expect(await source.current()).toEqual({ catalog: { CLINIC: { PUBLIC: { A: ['X'], B: ['Y'] } } } })
  })

  it.each([
    ['is not there', null],
    ['is no JSON', '{'],
    ['holds something else', '{"CLINIC":"PUBLIC"}'],
  ])('gives nothing when the file %s', async (_name, content) => {
    const file =
      content === null ? join(directory, 'absent.json') : await write('b.json', content, new Date())
    await expect(createFileCatalogue(file).current()).rejects.toMatchObject({
      code: 'ERR_CATALOGUE_UNAVAILABLE',
    })
  })
})

describe('a catalogue in the warehouse', () => {
  const lease: Lease = {
    id: 'lease',
    kind: 'oauth',
    token: 'not a token of anybody',
    user: 'SNOWFENCE_CATALOG',
    role: 'SNOWFENCE_CATALOG',
    warehouse: null,
    expiresAt: new Date(0).toISOString(),
  }
  const source = (accessUrl: string) =>
    createWarehouseCatalogue({
      account: 'acme-clinic',
      config: {
        kind: 'warehouse',
        user: lease.user,
        role: lease.role,
        warehouse: null,
        accessUrl,
        refreshSeconds: 300,
      },
      credentials: { issue: async () => lease },
    })

  it('gives nothing when the warehouse does not answer, and the error holds no token', async () => {
    const refusal = await source('http://127.0.0.1:1')
      .lookUp([{ database: 'CLINIC', schema: 'PUBLIC', table: 'PATIENTS' }])
      .catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'ERR_CATALOGUE_UNAVAILABLE' })
    expect(JSON.stringify(refusal)).not.toContain(lease.token)
  })
})
