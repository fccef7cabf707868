import path from 'node:path'
import ts from 'typescript'
import type { TypeResolution } from './row.ts'

const MODULES = {
  node16: ts.ModuleKind.Node16,
  nodenext: ts.ModuleKind.NodeNext,
  esnext: ts.ModuleKind.ESNext,
  commonjs: ts.ModuleKind.CommonJS,
}
const RESOLUTIONS = {
  node16: ts.ModuleResolutionKind.Node16,
  nodenext: ts.ModuleResolutionKind.NodeNext,
  bundler: ts.ModuleResolutionKind.Bundler,
  node10: ts.ModuleResolutionKind.Node10,
}

/** What the compiler has against a program, in its own words. */
export const checkTypes = (file: string, { module, moduleResolution }: TypeResolution): readonly string[] => {
  const options: ts.CompilerOptions = {
    module: MODULES[module],
    moduleResolution: RESOLUTIONS[moduleResolution],
    ignoreDeprecations: '6.0',
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'],
    strict: true,
    esModuleInterop: true,
    noEmit: true,
    // The declarations of the SDK are checked too; those of other packages are not ours.
    // Of the declarations only the SDK's are looked at.
    skipLibCheck: false,
    types: ['node'],
  }
  const host = ts.createCompilerHost(options)
  host.getCurrentDirectory = () => path.dirname(file)
  const program = ts.createProgram([file], options, host)
  const own = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName === file || fileName.includes('/node_modules/snowfence/'))
  return own
    .flatMap((source) => ts.getPreEmitDiagnostics(program, source))
    .map(({ code, messageText }) => `TS${code} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
}
