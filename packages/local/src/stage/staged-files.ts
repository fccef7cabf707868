import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { Turns } from '../session/turns.ts'
import { isStagedPath } from './staged-path.ts'

const fileSchema = z.strictObject({
  path: z.string().refine(isStagedPath),
  size: z.number().int().nonnegative(),
  md5: z.string(),
  /** SHA-256 as the driver computed it before it sent the file. */
  digest: z.string().nullable(),
  lastModified: z.coerce.date(),
  blob: z.uuid(),
})

/** One file in a stage. `blob` is its name on the disk, which says nothing and which nobody chooses. */
export type StagedFile = z.output<typeof fileSchema>

const indexSchema = z.record(z.string(), z.array(fileSchema))

/** No stage of a laptop needs more, and a disk is not filled by a mistake. */
const largestFile = 1024 * 1024 * 1024

export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError'
}

/**
 * The files of all stages, in one directory of their own, which only the owner of the process can enter.
 *
 * INVARIANT: what is opened on the disk is a UUID of this class's own making inside that directory. Names that come
 * from statements and requests are keys of a map and nothing else.
 */
export class StagedFiles {
  readonly #kept: string | null
  #directory: Promise<string> | null = null
  readonly #stages = new Map<string, Map<string, StagedFile>>()
  readonly #index = new Turns()

  /** With a directory, files are kept in it beyond this run; without one they are in a temporary directory. */
  constructor(directory: string | null) {
    this.#kept = directory
  }

  static async open(directory: string | null): Promise<StagedFiles> {
    const files = new StagedFiles(directory)
    if (directory === null) return files
    const text = await readFile(join(directory, 'index.json'), 'utf8').catch(() => '{}')
    for (const [stage, list] of Object.entries(indexSchema.parse(JSON.parse(text))))
      files.#stages.set(stage, new Map(list.map((file) => [file.path, file])))
    return files
  }

  /** The files whose path begins so, by path. */
  list(stage: string, prefix = ''): StagedFile[] {
    return [...(this.#stages.get(stage)?.values() ?? [])]
      .filter(({ path }) => path.startsWith(prefix))
      .sort((left, right) => (left.path < right.path ? -1 : 1))
  }

  find(stage: string, path: string): StagedFile | null {
    return this.#stages.get(stage)?.get(path) ?? null
  }

  async read(file: StagedFile): Promise<Buffer> {
    const handle = await open(await this.#place(file.blob), constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  }

  /** @throws FileTooLargeError; nothing is left of the file then */
  async write(
    stage: string,
    path: string,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    digest: string | null = null,
  ): Promise<StagedFile> {
    if (!isStagedPath(path)) throw new TypeError('not the path of a staged file')
    const blob = randomUUID()
    const place = await this.#place(blob)
    // `wx` refuses a file, and a link, that is there already.
    const handle = await open(place, 'wx', 0o600)
    const md5 = createHash('md5')
    let size = 0
    try {
      for await (const part of content) {
        size += part.length
        if (size > largestFile) throw new FileTooLargeError('the file is too large for this stage')
        md5.update(part)
        await handle.writeFile(part)
      }
    } catch (error) {
      await rm(place, { force: true })
      throw error
    } finally {
      await handle.close()
    }
    const file = { path, size, md5: md5.digest('hex'), digest, lastModified: new Date(), blob }
    const before = this.find(stage, path)
    const files = this.#stages.get(stage) ?? new Map<string, StagedFile>()
    this.#stages.set(stage, files.set(path, file))
    await this.#saveIndex()
    if (before) await rm(await this.#place(before.blob), { force: true })
    return file
  }

  async remove(stage: string, files: readonly StagedFile[]): Promise<void> {
    const kept = this.#stages.get(stage)
    for (const file of files) {
      kept?.delete(file.path)
      await rm(await this.#place(file.blob), { force: true })
    }
    if (kept?.size === 0) this.#stages.delete(stage)
    if (files.length > 0) await this.#saveIndex()
  }

  /** Removes every file of every stage whose key is chosen. */
  async removeStages(isChosen: (stage: string) => boolean): Promise<void> {
    for (const stage of [...this.#stages.keys()].filter(isChosen)) await this.remove(stage, this.list(stage))
  }

  async close(): Promise<void> {
    if (this.#kept === null && this.#directory !== null)
      await rm(await this.#directory, { recursive: true, force: true })
  }

  async #place(blob: string): Promise<string> {
    this.#directory ??= this.#make()
    return join(await this.#directory, blob)
  }

  async #make(): Promise<string> {
    if (this.#kept === null) return await mkdtemp(join(tmpdir(), 'snowfence-stages-'))
    await mkdir(this.#kept, { recursive: true, mode: 0o700 })
    return this.#kept
  }

  /** Written beside and renamed, so that a run that ends halfway leaves the index before or after. */
  async #saveIndex(): Promise<void> {
    const kept = this.#kept
    if (kept === null) return
    await this.#index.run(async () => {
      const index = Object.fromEntries(
        [...this.#stages].map(([stage, files]) => [stage, [...files.values()]]),
      )
      await writeFile(join(kept, 'index.json.new'), JSON.stringify(index), { mode: 0o600 })
      await rename(join(kept, 'index.json.new'), join(kept, 'index.json'))
    })
  }
}
