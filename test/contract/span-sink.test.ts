import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createMemorySink, openJournalSink, parseExport } from '@snowfence/audit'
import { describeSpanSink } from './span-sink-contract.ts'

describeSpanSink('the sink in memory', async () => {
  const sink = createMemorySink()
  return {
    sink,
    stored: async () => sink.records.map(({ record }) => record.span),
    close: () => sink.close(),
  }
})

describeSpanSink('the journal', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'snowfence-sink-'))
  const file = path.join(folder, 'audit.jsonl')
  const sink = await openJournalSink({ file })
  return {
    sink,
    stored: async () => {
      const { records } = parseExport(await readFile(file, 'utf8'))
      return records.map(({ text }) => JSON.parse(text).span)
    },
    close: async () => {
      await sink.close()
      await rm(folder, { recursive: true })
    },
  }
})
