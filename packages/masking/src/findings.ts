import type { DetectorKind } from './detectors/detection.ts'

/** Identifiers found in a column that lineage calls clean: a drifted classification or a leaked copy. Never a value. */
export interface Finding {
  readonly kind: DetectorKind
  readonly column: string
  readonly count: number
}

export interface FindingCounter {
  add(column: number, kind: DetectorKind): void
  findings(): readonly Finding[]
}

/** Counts findings by column position, so that columns of the same name are told apart. */
export const createFindingCounter = (columnNames: readonly string[]): FindingCounter => {
  const counts: (Map<DetectorKind, number> | undefined)[] = []
  return {
    add(column, kind) {
      counts[column] ??= new Map()
      const ofColumn = counts[column]
      ofColumn.set(kind, (ofColumn.get(kind) ?? 0) + 1)
    },
    findings: () =>
      columnNames.flatMap((column, index) =>
        [...(counts[index] ?? [])].map(([kind, count]) => ({ kind, column, count })),
      ),
  }
}
