import Module from 'node:module'

/**
 * What the driver loads at its start and a governed connection has no use for, or only later. It is more than half of
 * what there is to load.
 */
const deferred: ReadonlySet<string> = new Set([
  // Credentials of other kinds than a lease, which a governed connection refuses.
  '@azure/identity',
  '@aws-crypto/sha256-js',
  '@aws-sdk/client-sts',
  '@aws-sdk/credential-provider-node',
  '@aws-sdk/ec2-metadata-service',
  '@smithy/protocol-http',
  '@smithy/signature-v4',
  'google-auth-library',
  'jsonwebtoken',
  'open',
  // Stages, for a statement that a policy lets put or get files.
  '@azure/storage-blob',
  // The log, which is off unless a program turns it on.
  'winston',
])

type Load = (request: string, parent: { readonly filename?: string } | undefined, isMain: boolean) => unknown

const isOfDriver = (filename: string | undefined): boolean =>
  filename !== undefined && /[\\/]node_modules[\\/]snowflake-sdk[\\/]/.test(filename)

/** Stands in for a module until anything of it is looked at, and shows from then on what the module has. */
const standInFor = (load: () => unknown): unknown => {
  let loaded: { readonly module: object } | undefined
  const module = (): object => {
    loaded ??= { module: load() as object }
    return loaded.module
  }
  return new Proxy(() => {}, {
    get: (_target, name) => Reflect.get(module(), name),
    has: (_target, name) => Reflect.has(module(), name),
    set: (_target, name, value) => Reflect.set(module(), name, value),
    // Of a module that is a function itself.
    apply: (_target, self, given) => Reflect.apply(module() as () => unknown, self, given),
  })
}

/**
 * Runs `load`, in which the driver's own files are given stand-ins for the modules named above. A version of the driver
 * that takes such a module apart at once gets all of it at once.
 */
export const deferModules = <T>(load: () => T): T => {
  const loader = Module as unknown as { _load?: Load }
  const { _load: original } = loader
  // Node has no documented way that serves `require`; this one, which instrumentation builds on, may be missing elsewhere.
  if (typeof original !== 'function') return load()
  let isLoading = true
  const deferring: Load = (request, parent, isMain) => {
    const loadNow = () => Reflect.apply(original, Module, [request, parent, isMain])
    return isLoading && deferred.has(request) && isOfDriver(parent?.filename)
      ? standInFor(loadNow)
      : loadNow()
  }
  loader._load = deferring
  try {
    return load()
  } finally {
    isLoading = false
    // Whoever wrapped it meanwhile stays in place.
    if (loader._load === deferring) loader._load = original
  }
}
