import { displayObject, type ObjectName } from '../dictionary/identifier.ts'
import { namedStageKey, type StageEntry, tableStageKey } from './stage.ts'
import type { StagedFiles } from './staged-files.ts'
import { TransferGrants } from './transfer-grants.ts'

/** The named stages of an account, the files of all stages, and who may transfer them at the moment. */
export class Stages {
  readonly #named = new Map<string, StageEntry>()
  /** Which staged files a table was loaded from: COPY INTO does not load a file twice. */
  readonly #loaded = new Map<string, Set<string>>()
  readonly files: StagedFiles
  readonly grants = new TransferGrants(() => Date.now())

  constructor(files: StagedFiles) {
    this.files = files
  }

  find(name: ObjectName): StageEntry | null {
    return this.#named.get(displayObject(name)) ?? null
  }

  all(): StageEntry[] {
    return [...this.#named.values()]
  }

  put(entry: StageEntry): void {
    this.#named.set(displayObject(entry), entry)
  }

  /** Removes a named stage with its files. */
  async drop(name: ObjectName): Promise<void> {
    this.#named.delete(displayObject(name))
    await this.files.removeStages((key) => key === namedStageKey(name))
  }

  /** Removes what belonged to a table that was dropped or replaced. */
  async forgetTable(table: ObjectName): Promise<void> {
    this.#loaded.delete(displayObject(table))
    await this.files.removeStages((key) => key === tableStageKey(table))
  }

  loadedInto(table: ObjectName): Set<string> {
    const key = displayObject(table)
    const loaded = this.#loaded.get(key) ?? new Set<string>()
    this.#loaded.set(key, loaded)
    return loaded
  }
}
