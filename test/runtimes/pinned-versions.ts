import { readFileSync } from 'node:fs'

type Pins = Readonly<Record<string, string>>

const readPins = (place: string): Pins =>
  (JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as { dependencies: Pins }).dependencies

const heavyPins = readPins('heavy/package.json')
const testPins: Pins = {
  ...readPins('../package.json'),
  node: readFileSync(new URL('../../.node-version', import.meta.url), 'utf8').trim(),
}

const TITLES: Pins = { node: 'Node', bun: 'Bun', deno: 'Deno', typescript: 'TypeScript', next: 'Next' }

/** Whether a package is installed for the long form alone. */
export const isHeavy = (name: string): boolean => testPins[name] === undefined

/** Name and version of a package as a manifest pins it, with an alias followed to its name. */
export const versionOf = (name: string): string => {
  const pin = testPins[name] ?? heavyPins[name]
  if (pin === undefined) throw new Error(`no manifest pins \`${name}\``)
  const [, aliased = name, version = pin] = /^npm:(.+)@([^@]+)$/.exec(pin) ?? []
  return `${TITLES[aliased] ?? aliased} ${version}`
}
