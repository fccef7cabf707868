import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { compareObservations, type Deviation, isCovered, observedAt } from './compare-observations.ts'
import type { Difference } from './scenario.ts'
import { scenarios } from './scenarios.ts'
import { type DropIn, type Observation, startDropIn, type World, worlds } from './start-drop-in.ts'
import { readSurface, verdictOn } from './surface.ts'
import { createSurfacePage } from './surface-page.ts'

vi.setConfig({ hookTimeout: 240_000 })

let dropIn: DropIn
const observed = new Map<World, ReadonlyMap<string, Observation>>()

beforeAll(async () => {
  dropIn = await startDropIn()
  await Promise.all(worlds.map(async (world) => observed.set(world, await dropIn.observe(world))))
})
afterAll(async () => await dropIn?.close())

const seen = (world: World, name: string) => observed.get(world)?.get(name)?.observation

/** The JSON of what stands where a difference was declared. */
const governedAt = (world: World, name: string, { at }: Difference, deviation: Deviation): string => {
  const place = at === '' ? '' : deviation.at.split('.').slice(0, at.split('.').length).join('.')
  return JSON.stringify(observedAt(seen(world, name), place))
}

describe.each(['fast', 'public'] as const)('on the %s path', (world) => {
  test.each(scenarios)('$name: observed as with the driver', ({ name, differs = [] }) => {
    const declared = differs.filter(({ only }) => only === undefined || only === world)
    expect(seen('driver', name)).toBeDefined()
    const deviations = compareObservations(seen('driver', name), seen(world, name))
    expect(
      deviations.filter(({ at }) => !declared.some((difference) => isCovered(difference.at, at))),
    ).toEqual([])
    for (const difference of declared) {
      const covered = deviations.filter(({ at }) => isCovered(difference.at, at))
      expect(covered, `the declared difference at \`${difference.at}\` does not occur`).not.toEqual([])
      for (const deviation of covered)
        expect(governedAt(world, name, difference, deviation)).toMatch(difference.governed)
    }
  })
})

test('no two scenarios have one name', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
})

test('no scenario failed in the driver itself', () => {
  const failed = scenarios.filter(({ name }) =>
    JSON.stringify(seen('driver', name) ?? '').startsWith('{"failed"'),
  )
  expect(failed.map(({ name }) => name)).toEqual([])
})

test.each(readSurface())('$title: a scenario shows each member of the driver', ({ prefix, members }) => {
  expect(members.length).toBeGreaterThan(3)
  expect(members.filter((name) => verdictOn(`${prefix}${name}`) === null)).toEqual([])
})

test('docs/driver-surface.md is what the scenarios say; `write-surface-page.ts` writes it', () => {
  expect(readFileSync(new URL('../../docs/driver-surface.md', import.meta.url), 'utf8')).toBe(
    createSurfacePage(),
  )
})
