import { appendLeaves, createAuditTree, emptyFrontier, hashLeaf, type TreeStore } from '@snowfence/audit'
import { isSnowfenceError } from '@snowfence/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** One store under test. `reopen` gives the store a new process would see, where the adapter keeps anything. */
export interface OpenTreeStore {
  readonly store: TreeStore
  readonly reopen: (() => Promise<TreeStore>) | null
  close(): Promise<void>
}

const leaf = (number: number): Uint8Array => hashLeaf(`record ${number}`)
const leaves = (from: number, to: number): Uint8Array[] =>
  Array.from({ length: to - from }, (_, offset) => leaf(from + offset))
const hexOf = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')

/** The suite that every adapter of `TreeStore` passes. */
export const describeTreeStore = (name: string, open: () => Promise<OpenTreeStore>): void => {
  describe(`${name} keeps the hashes of a tree`, () => {
    let opened: OpenTreeStore
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened.close())

    it('is empty at first', async () => {
      expect(await opened.store.size()).toBe(0)
      expect(await opened.store.read([])).toEqual([])
    })

    it('gives back every node in the order asked for', async () => {
      const { nodes } = appendLeaves(emptyFrontier, leaves(0, 21))
      expect(await opened.store.append(0, 21, nodes)).toBe(true)
      expect(await opened.store.size()).toBe(21)
      const asked = [...nodes].reverse()
      const hashes = await opened.store.read(asked)
      expect(hashes.map(hexOf)).toEqual(asked.map(({ hash }) => hexOf(hash)))
    })

    it('refuses an append that comes too late, and keeps nothing of it', async () => {
      await opened.store.append(0, 1, appendLeaves(emptyFrontier, [leaf(0)]).nodes)
      const late = appendLeaves(emptyFrontier, [leaf(7), leaf(8)])
      expect(await opened.store.append(0, 2, late.nodes)).toBe(false)
      expect(await opened.store.size()).toBe(1)
      const [kept] = await opened.store.read([{ level: 0, index: 0 }])
      expect(hexOf(kept!)).toBe(hexOf(leaf(0)))
    })

    it('lets one of two appends at the same time win', async () => {
      const first = appendLeaves(emptyFrontier, [leaf(1)]).nodes
      const second = appendLeaves(emptyFrontier, [leaf(2)]).nodes
      const results = await Promise.all([opened.store.append(0, 1, first), opened.store.append(0, 1, second)])
      expect(results.filter(Boolean)).toHaveLength(1)
      expect(await opened.store.size()).toBe(1)
    })

    it('says so when it lacks a hash', async () => {
      const reading = opened.store.read([{ level: 0, index: 5 }])
      await expect(reading).rejects.toSatisfy((error) => isSnowfenceError(error, 'ERR_AUDIT_STORE_CORRUPT'))
    })

    it('loses no leaf of writers that append at the same time through trees of their own', async () => {
      const trees = Array.from({ length: 4 }, () => createAuditTree(opened.store))
      const appended = await Promise.all(
        trees.flatMap((tree, writer) => [
          tree.append(leaves(writer * 10, writer * 10 + 3)),
          tree.append([leaf(writer * 10 + 3)]),
        ]),
      )
      expect(await opened.store.size()).toBe(16)
      expect(new Set(appended.map(({ firstLeaf }) => firstLeaf)).size).toBe(appended.length)
      const stored = (await createAuditTree(opened.store).evidence(0, 16)).leaves.map(hexOf)
      const sent = [0, 10, 20, 30].flatMap((start) => leaves(start, start + 4)).map(hexOf)
      expect([...stored].sort()).toEqual([...sent].sort())
    })

    it('has the same heads after it was opened again', async () => {
      const tree = createAuditTree(opened.store)
      for (let size = 0; size < 12; size += 3) await tree.append(leaves(size, size + 3))
      const heads = await Promise.all(Array.from({ length: 13 }, (_, size) => tree.head(size)))
      const again = createAuditTree(opened.reopen === null ? opened.store : await opened.reopen())
      expect(await Promise.all(Array.from({ length: 13 }, (_, size) => again.head(size)))).toEqual(heads)
      const { firstLeaf } = await again.append([leaf(12)])
      expect(firstLeaf).toBe(12)
    })
  })
}
