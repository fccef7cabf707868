import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { checkTypes } from './check-types.ts'
import type { Project } from './project.ts'
import type { Row } from './row.ts'

/** What every program of the matrix gives: a masked row, the code of a refusal, a statement whose parsing was tried first. */
export const expectedAnswer = {
  masked: [{ SSN: '***0001', ZIP: '606' }],
  refused: 'ERR_STATEMENT_DENIED',
  deep: [{ ONE: 1 }],
} as const

const LONGEST_MS = 400_000

const executable = (modules: string, name: string): string => {
  if (name === 'node') return process.execPath
  return name.startsWith('node-') ? path.join(modules, name, 'bin', 'node') : path.join(modules, '.bin', name)
}

/** @throws Error with the output of a command that fails */
const runCommand = async (
  [name = '', ...args]: readonly string[],
  options: { readonly modules: string; readonly cwd: string; readonly variables: NodeJS.ProcessEnv },
): Promise<void> => {
  const child = spawn(executable(options.modules, name), args, {
    cwd: options.cwd,
    env: {
      // Tools that are scripts start the first `node` of the path.
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
      HOME: process.env.HOME,
      NO_COLOR: '1',
      NEXT_TELEMETRY_DISABLED: '1',
      ...options.variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
  })
  const [code, output, errors] = await Promise.all([
    new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    }),
    text(child.stdout),
    text(child.stderr),
  ])
  if (code !== 0)
    throw new Error(
      `\`${[name, ...args].join(' ')}\` ended with ${code}: ${output.slice(-4_000)}${errors.slice(-4_000)}`,
    )
}

const runProgram = async (row: Row, project: Project, variables: NodeJS.ProcessEnv): Promise<unknown> => {
  const outside = await mkdtemp(path.join(tmpdir(), 'snowfence-out-'))
  const cwd = path.join(project.folder, row.folder ?? '')
  const out = row.isAlone ? outside : path.join(project.folder, 'out', path.basename(outside))
  try {
    await mkdir(out, { recursive: true })
    for (const [name, content] of Object.entries(row.files ?? {}))
      await writeFile(path.join(cwd, name), content)
    const command = (words: readonly string[]): readonly string[] =>
      words.map((word) => word.replaceAll('{out}', out).replaceAll('{modules}', project.modules))
    const answerFile = path.join(outside, 'answer.json')
    const options = { modules: project.modules, cwd, variables }
    if (row.build) await runCommand(command(row.build), options)
    await runCommand(command(row.start ?? []), {
      ...options,
      variables: { ...variables, ANSWER_FILE: answerFile },
    })
    return JSON.parse(await readFile(answerFile, 'utf8'))
  } finally {
    await rm(outside, { recursive: true, force: true })
  }
}

const checkProgram = async (row: Row, project: Project): Promise<readonly string[]> => {
  if (!row.types) return []
  const folder = await mkdtemp(path.join(project.folder, 'types-'))
  const file = path.join(folder, 'program.ts')
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ type: row.types.packageType }))
  await writeFile(file, await readFile(path.join(project.folder, 'types', 'program.ts'), 'utf8'))
  return checkTypes(file, row.types)
}

/** What one row gives; `expectedResult` is what it must give. */
export const runRow = async (row: Row, project: Project, variables: NodeJS.ProcessEnv) => ({
  ...(row.start ? { answer: await runProgram(row, project, variables) } : {}),
  ...(row.types ? { compilerErrors: await checkProgram(row, project) } : {}),
})

export const expectedResult = (row: Row) => ({
  ...(row.start ? { answer: expectedAnswer } : {}),
  ...(row.types ? { compilerErrors: [] } : {}),
})
