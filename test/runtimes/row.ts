/** How TypeScript finds the package. */
export interface TypeResolution {
  readonly module: 'node16' | 'nodenext' | 'esnext' | 'commonjs'
  readonly moduleResolution: 'node16' | 'nodenext' | 'bundler' | 'node10'
  /** `type` of the program's own package. */
  readonly packageType: 'module' | 'commonjs'
}

/**
 * One line of the matrix. Its program runs in a project that has the packed SDK installed and no file of this repository
 * but the programs.
 *
 * The first word of a command is an executable: `node` is the workspace's, `node-22-18` that of the package with this
 * name, any other that of a package in `node_modules/.bin`. `{out}` is the folder for what a bundler makes.
 */
export interface Row {
  readonly group: Group
  readonly name: string
  /** Packages whose versions the page shows, by their names in the manifest that pins them. */
  readonly packages: readonly string[]
  /** The one line that a program adds, where it needs one. */
  readonly line?: string
  /** Why the line is needed. */
  readonly reason?: string
  /** Needs packages of `heavy/package.json`, or much time: run by hand and not in CI. */
  readonly isLong?: true
  /** Folder of the program that the commands run in. */
  readonly folder?: string
  readonly files?: Readonly<Record<string, string>>
  readonly build?: readonly string[]
  readonly start?: readonly string[]
  /** `{out}` is outside of the project, so that nothing but the bundle can be loaded. */
  readonly isAlone?: true
  /** The package that is installed as snowflake-sdk; the newest when absent. */
  readonly driver?: string
  readonly types?: TypeResolution
}

export const groups = [
  'Node',
  'TypeScript runners and test runners',
  'Bundlers',
  'Other runtimes',
  'TypeScript',
  'snowflake-sdk',
] as const

export type Group = (typeof groups)[number]
