import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

export interface StandaloneOptions {
  /** Packages whose types stay imports, because whoever installs this package has them. */
  readonly kept: readonly string[]
  /** Files of the packages that are bundled: what the declarations import is found from one of them. */
  readonly findFrom: readonly string[]
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

const applyEdits = (text: string, edits: readonly Edit[]): string =>
  [...edits]
    .sort((left, right) => right.start - left.start)
    .reduce((done, { start, end, text: part }) => done.slice(0, start) + part + done.slice(end), text)

const packageOf = (specifier: string): string => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier

/** `z.infer<typeof schema>`, which becomes what it stands for; its schema is then of no use to anybody. */
const inferredSchema = (statement: ts.Statement): ts.Identifier | null => {
  if (!ts.isTypeAliasDeclaration(statement) || !ts.isTypeReferenceNode(statement.type)) return null
  const { typeName, typeArguments } = statement.type
  const [argument] = typeArguments ?? []
  if (typeName.getText() !== 'z.infer' || !argument || !ts.isTypeQueryNode(argument)) return null
  return ts.isIdentifier(argument.exprName) ? argument.exprName : null
}

const expandInferred = (file: ts.SourceFile, checker: ts.TypeChecker): readonly Edit[] => {
  const { InTypeAlias, NoTruncation, UseSingleQuotesForStringLiteralType } = ts.NodeBuilderFlags
  const flags = InTypeAlias | NoTruncation | UseSingleQuotesForStringLiteralType
  const printer = ts.createPrinter()
  const schemas = new Set<string>()
  const edits: Edit[] = []
  for (const statement of file.statements) {
    const schema = inferredSchema(statement)
    if (!schema || !ts.isTypeAliasDeclaration(statement)) continue
    schemas.add(schema.text)
    const type = checker.getTypeFromTypeNode(statement.type)
    const node = checker.typeToTypeNode(type, statement, flags)
    if (!node) throw new Error(`\`${statement.name.text}\` can not be written out`)
    const text = printer.printNode(ts.EmitHint.Unspecified, node, file)
    edits.push({ start: statement.type.getStart(), end: statement.type.getEnd(), text })
  }
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue
    const names = statement.declarationList.declarations.map(({ name }) => name.getText())
    // What was said of the schema stays, and is then said of the type.
    if (names.every((name) => schemas.has(name)))
      edits.push({ start: statement.getStart(), end: statement.getEnd() + 1, text: '' })
  }
  return edits
}

/** Declarations of other packages that `names` need, as text, and what of `kept` packages they refer to. */
const copyDeclarations = (
  roots: readonly ts.Symbol[],
  checker: ts.TypeChecker,
  isKept: (specifier: string) => boolean,
) => {
  const copied = new Map<string, string>()
  const imported = new Map<string, Set<string>>()
  const copy = (given: ts.Symbol): void => {
    const symbol = given.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(given) : given
    const [declaration] = symbol.declarations ?? []
    if (!declaration || copied.has(symbol.name)) return
    const source = declaration.getSourceFile().fileName
    const folder = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? ''
    // What every program has: the language's library and Node's types.
    if (folder === 'typescript' || folder === '@types/node') return
    if (isKept(folder)) {
      imported.set(folder, (imported.get(folder) ?? new Set()).add(symbol.name))
      return
    }
    if (!ts.isInterfaceDeclaration(declaration) && !ts.isTypeAliasDeclaration(declaration)) {
      if (ts.isTypeParameterDeclaration(declaration)) return
      throw new Error(`\`${symbol.name}\` of ${folder} is neither an interface nor a type`)
    }
    copied.set(symbol.name, declaration.getText().replace(/^(?:export |declare )+/, ''))
    const visit = (node: ts.Node): void => {
      if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
        const name = ts.isTypeReferenceNode(node) ? node.typeName : node.expression
        const used = checker.getSymbolAtLocation(name)
        if (used) copy(used)
      }
      ts.forEachChild(node, visit)
    }
    visit(declaration)
  }
  for (const root of roots) copy(root)
  return { copied, imported }
}

const replaceImports = (
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  isKept: (specifier: string) => boolean,
): readonly Edit[] => {
  const edits: Edit[] = []
  const roots: ts.Symbol[] = []
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    if (isKept(statement.moduleSpecifier.text)) continue
    const bindings = statement.importClause?.namedBindings
    if (bindings && ts.isNamedImports(bindings))
      for (const { name } of bindings.elements) {
        const symbol = checker.getSymbolAtLocation(name)
        if (symbol) roots.push(symbol)
      }
    edits.push({ start: statement.getStart(), end: statement.getEnd(), text: '' })
  }
  const { copied, imported } = copyDeclarations(roots, checker, isKept)
  if (copied.size > 0) {
    const imports = [...imported].map(
      ([name, names]) => `import type { ${[...names].sort().join(', ')} } from '${name}';\n`,
    )
    edits.push({ start: 0, end: 0, text: imports.join('') })
    const text = [...copied.values()].map((declaration) => `${declaration}\n`).join('')
    edits.push({ start: file.end, end: file.end, text })
  }
  return edits
}

/**
 * Makes the declarations in a folder stand by themselves: types that are inferred from zod schemas are written out, and
 * interfaces of packages that are bundled are copied. What then still imports a package that is not kept is an error.
 */
export const standaloneDeclarations = (folder: string, { kept, findFrom }: StandaloneOptions): void => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.d\.cts$/.test(name),
  )
  const files = names.map((name) => path.resolve(folder, name))
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    exactOptionalPropertyTypes: true,
    types: ['node'],
    noEmit: true,
  }
  const host = ts.createCompilerHost(options)
  // The packages to be copied from are those of another folder than the one that is published.
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      const found = [from, ...findFrom].map((file) => ts.resolveModuleName(text, file, options, host))
      return found.find(({ resolvedModule }) => resolvedModule) ?? { resolvedModule: undefined }
    })
  const program = ts.createProgram(files, options, host)
  const checker = program.getTypeChecker()
  const isKept = (specifier: string): boolean =>
    specifier.startsWith('.') || specifier.startsWith('node:') || kept.includes(packageOf(specifier))
  for (const name of files) {
    const file = program.getSourceFile(name)
    if (!file) throw new Error(`${name} could not be read`)
    const edits = [...expandInferred(file, checker), ...replaceImports(file, checker, isKept)]
    const text = applyEdits(readFileSync(name, 'utf8'), edits)
    const left = /\bz\.\w+|from '(?:zod|@snowfence\/\w+)'/.exec(text)
    if (left) throw new Error(`${name} still refers to \`${left[0]}\``)
    writeFileSync(name, text)
  }
}
