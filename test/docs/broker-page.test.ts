import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadBrokerConfig } from '@snowfence/broker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const page = await readFile(path.join(root, 'docs/broker.md'), 'utf8')
const [configuration = '', limits = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  ([, text]) => text,
)

describe('docs/broker.md', () => {
  let folder = ''
  const load = async (text: string) => {
    const file = path.join(folder, 'broker.yaml')
    await writeFile(file, text)
    return loadBrokerConfig(file, {})
  }

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'snowfence-broker-page-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('shows a configuration that loads, with its limits', async () => {
    const shown = await load(`${configuration}\n${limits}`)
    expect(shown.snowflake.catalogue).toMatchObject({ kind: 'warehouse', accessUrl: expect.any(String) })
  })

  it('shows every limit, with its default', async () => {
    const withShown = await load(`${configuration}\n${limits}`)
    const withDefaults = await load(configuration)
    for (const name of Object.keys(withDefaults.limits)) expect(limits).toContain(`  ${name}: `)
    expect(withShown.limits).toEqual(withDefaults.limits)
  })

  it('names files to try it that exist, with a configuration that loads', async () => {
    const files = new Set(page.match(/examples\/broker\/[a-z]+\.(?:ts|yaml)/g))
    expect([...files].sort()).toEqual(['examples/broker/broker.yaml', 'examples/broker/clinic.ts'])
    const { issuers, snowflake } = await loadBrokerConfig(path.join(root, 'examples/broker/broker.yaml'), {})
    const clinic = await readFile(path.join(root, 'examples/broker/clinic.ts'), 'utf8')
    expect(clinic).toContain(`'${issuers[0]?.audience}'`)
    expect(clinic).toContain(`'${snowflake.accountUrl}'`)
    expect(clinic).toContain(`port: ${new URL(issuers[0]?.issuer ?? '').port},`)
  })
})
