import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createMemoryTreeStore, type FileTreeStore, openFileTreeStore } from '@snowfence/audit'
import { describeTreeStore } from './tree-store-contract.ts'

describeTreeStore('the store in memory', async () => ({
  store: createMemoryTreeStore(),
  reopen: null,
  close: async () => {},
}))

describeTreeStore('the store in a file', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'snowfence-tree-'))
  const file = path.join(folder, 'tree')
  const stores: FileTreeStore[] = [await openFileTreeStore(file)]
  return {
    store: stores[0]!,
    reopen: async () => {
      await stores[0]!.close()
      const again = await openFileTreeStore(file)
      stores[0] = again
      return again
    },
    close: async () => {
      await stores[0]!.close()
      await rm(folder, { recursive: true })
    },
  }
})
