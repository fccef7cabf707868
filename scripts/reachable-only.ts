import path from 'node:path'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/**
 * Leaves out files that nothing in the bundle leads to. esbuild makes a file of each `import()` in a bundled package, also
 * where the code around it was left out as unused.
 */
export const reachableOnly = (): Plugin => ({
  name: 'reachable-only',
  setup: (build) => {
    build.initialOptions.metafile = true
    build.onEnd((result) => {
      const outputs = result.metafile?.outputs ?? {}
      const given = Object.values(build.initialOptions.entryPoints ?? {})
      const entries = new Set(
        given.map((entry) => path.resolve(typeof entry === 'string' ? entry : entry.in)),
      )
      const reached = new Set<string>()
      const follow = (name: string): void => {
        if (reached.has(name)) return
        reached.add(name)
        for (const { path: next, external } of outputs[name]?.imports ?? []) if (!external) follow(next)
      }
      for (const [name, { entryPoint }] of Object.entries(outputs))
        if (entryPoint !== undefined && entries.has(path.resolve(entryPoint))) follow(name)
      if (reached.size === 0) throw new Error('no entry was found among the files of the bundle')
      for (const name of Object.keys(outputs)) if (!reached.has(name)) delete outputs[name]
      const kept = new Set([...reached].map((name) => path.resolve(name)))
      if (result.outputFiles) result.outputFiles = result.outputFiles.filter((file) => kept.has(file.path))
    })
  },
})
