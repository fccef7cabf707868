import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { Finding, PolicyProblem } from './policy-problem.ts'
import { printPath } from './policy-problem.ts'

/** A YAML text as plain data, with the way back from a path to its place in the text. */
export interface YamlText {
  readonly data: unknown
  readonly problems: readonly PolicyProblem[]
  locate(finding: Finding): PolicyProblem
}

// A policy is read by people: what does not fit into this is no policy.
const MAX_CHARACTERS = 1_000_000

/**
 * Reads one YAML 1.2 document. Aliases are refused, since a policy must read the same for a person who skims it and
 * a small text must not unfold into a large one.
 */
export const readYaml = (text: string): YamlText => {
  const counter = new LineCounter()
  const place = (offset: number) => {
    const { line, col } = counter.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const syntax = (message: string, hint: string, offset: number): PolicyProblem => ({
    severity: 'error',
    code: 'yaml-syntax',
    message,
    hint,
    path: '',
    ...place(offset),
  })
  if (text.length > MAX_CHARACTERS) {
    const problem = syntax('the document is longer than 1,000,000 characters', 'split the policy', 0)
    return {
      data: null,
      problems: [problem],
      locate: (finding) => ({ ...finding, path: '', line: 1, column: 1 }),
    }
  }
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    strict: true,
    uniqueKeys: true,
    version: '1.2',
    merge: false,
    logLevel: 'error',
  })
  const problems = [...document.errors, ...document.warnings].map((error) =>
    syntax(firstLine(error.message), 'correct the YAML at this place', error.pos[0]),
  )
  for (const offset of prototypeKeys(document)) {
    problems.push(
      syntax(
        '`__proto__` cannot be a key here: what stands under it would be lost',
        `name the column \`'"__PROTO__"'\`, in both kinds of quotes`,
        offset,
      ),
    )
  }
  let data: unknown = null
  if (problems.length === 0) {
    try {
      data = document.toJS({ maxAliasCount: 0 })
    } catch {
      problems.push(syntax('aliases (`*name`) are not allowed', 'write the value out', text.indexOf('*')))
    }
  }
  return {
    data,
    problems,
    locate: ({ atKey, path, ...finding }) => ({
      ...finding,
      path: printPath(path),
      ...place(offsetOf(document.contents, path, atKey === true)),
    }),
  }
}

/** The places of keys that plain data cannot hold: a column of that name would seem to be classified, and would not be. */
const prototypeKeys = (document: Document): readonly number[] => {
  const offsets: number[] = []
  visit(document, {
    Pair: (_position, { key }) => {
      if (isScalar(key) && key.value === '__proto__') offsets.push(key.range?.[0] ?? 0)
    },
  })
  return offsets
}

const firstLine = (message: string): string => message.split('\n', 1)[0]!

/** The offset of the node at a path, or of its nearest ancestor that exists. */
const offsetOf = (root: Node | null, path: readonly PropertyKey[], atKey: boolean): number => {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const [depth, step] of path.entries()) {
    let next: unknown
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => (isScalar(item.key) ? String(item.key.value) : '') === String(step),
      )
      if (pair === undefined) return offset
      const key = pair.key as Node
      offset = key.range?.[0] ?? offset
      if (atKey && depth === path.length - 1) return offset
      next = pair.value
    } else if (typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items)) {
      next = node.items[Number(step)]
    }
    if (next === undefined || next === null) return offset
    offset = (next as Node).range?.[0] ?? offset
    node = next
  }
  return offset
}
