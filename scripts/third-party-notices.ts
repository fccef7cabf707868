import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

interface Bundled {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly text: string
}

const packagePattern = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/

/** Blocks of comments that a file begins with, as far as they speak of its licence. */
const headerOf = (file: string): string => {
  const [header = ''] = /^(?:\s*(?:\/\/[^\n]*\n|\/\*[\s\S]*?\*\/))*/.exec(readFileSync(file, 'utf8')) ?? []
  return /copyright|licen[cs]e/i.test(header) ? header.trim() : ''
}

const licenceOf = (folder: string, files: readonly string[]): string => {
  // Beside the package's own manifest, or beside the bundled files.
  const folders = [...new Set([folder, ...files.map((file) => path.dirname(file))])]
  const texts = folders.flatMap((place) =>
    readdirSync(place)
      .filter((name) => /^(licen[cs]e|notice|copying)(\.|$)/i.test(name))
      .map((name) => readFileSync(path.join(place, name), 'utf8').trim()),
  )
  // A package without a file of its own states its licence at the head of its sources.
  const stated = texts.length > 0 ? texts : [...new Set(files.map(headerOf).filter((text) => text !== ''))]
  if (stated.length === 0) throw new Error(`${folder} is bundled and has no licence text`)
  return stated.join('\n\n')
}

const bundledOf = (inputs: readonly string[]): readonly Bundled[] => {
  const byFolder = new Map<string, string[]>()
  for (const input of inputs) {
    const [, folder] = packagePattern.exec(path.resolve(input)) ?? []
    if (folder) byFolder.set(folder, [...(byFolder.get(folder) ?? []), path.resolve(input)])
  }
  return [...byFolder]
    .map(([folder, files]) => {
      const manifest = path.join(folder, 'package.json')
      if (!existsSync(manifest)) throw new Error(`${folder} is bundled and is no package`)
      const { name, version, license } = JSON.parse(readFileSync(manifest, 'utf8')) as Bundled
      return { name, version, license, text: licenceOf(folder, files) }
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
}

/**
 * Writes down what other packages a bundle holds: names, versions, licences and their texts.
 *
 * The build fails on a package that comes without a licence, and on one whose licence nobody has agreed to here.
 */
export const thirdPartyNotices = (file: string, agreed: readonly string[]): Plugin => ({
  name: 'third-party-notices',
  setup: (build) => {
    build.initialOptions.metafile = true
    build.onEnd(async ({ metafile }) => {
      const outputs = Object.values(metafile?.outputs ?? {})
      const inputs = outputs.flatMap((output) =>
        Object.entries(output.inputs)
          .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
          .map(([name]) => name),
      )
      const bundled = bundledOf([...new Set(inputs)])
      const unknown = bundled.find(({ license }) => !agreed.includes(license))
      if (unknown)
        throw new Error(`${unknown.name} is bundled under ${unknown.license}, which is not agreed to`)
      const sections = bundled.map(
        ({ name, version, license, text }) =>
          `${name} ${version} (${license.replace(/^\((.*)\)$/, '$1')})\n\n${text}\n`,
      )
      const rule = `\n${'-'.repeat(80)}\n\n`
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, ['This package holds code of the following packages.\n', ...sections].join(rule))
    })
  },
})
