import {
  type AuditRecord,
  describeProblem,
  parseExport,
  parseNoteKey,
  renderTraceTree,
  type VerificationReport,
  verifyExport,
} from '@snowfence/audit'

export interface DemoTrail {
  readonly records: number
  readonly report: { readonly proved: VerificationReport['proved']; readonly problems: readonly string[] }
  /** The records of one trace, as a tree of text. */
  readonly tree: string
}

/** Reads the whole trail as an auditor, and verifies it with nothing but the export and the public key. */
export const readTrail = async (
  brokerUrl: string,
  identityToken: () => Promise<string>,
  traceId: string | null,
): Promise<DemoTrail> => {
  const headers = { authorization: `Bearer ${await identityToken()}` }
  const read = async (path: string) => {
    const response = await fetch(new URL(path, brokerUrl), { headers })
    if (!response.ok)
      throw new Error(`the broker answered ${response.status} to GET ${path}: ${await response.text()}`)
    return response
  }
  let text = ''
  for (let next: string | null = '/v1/audit/records'; next !== null; ) {
    const response: Response = await read(next)
    text += await response.text()
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null
  }
  const exported = parseExport(text)
  const key = parseNoteKey((await (await read('/v1/audit/key')).text()).trim())
  const report = verifyExport({ ...exported, verify: { key } })
  const records = exported.records.map((record) => JSON.parse(record.text) as AuditRecord)
  return {
    records: records.length,
    report: { proved: report.proved, problems: report.problems.map(describeProblem) },
    tree: traceId === null ? '' : renderTraceTree(records, traceId),
  }
}
