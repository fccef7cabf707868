/** The part of WebAssembly that the engine uses. Node's types do not declare it without a browser's. */
export interface WebAssemblyModule {
  readonly kind?: 'module'
}

type ImportFunction = (...values: never[]) => unknown
export type WebAssemblyImports = Record<string, Record<string, ImportFunction>>

interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<WebAssemblyModule>
  readonly Module: {
    imports(module: WebAssemblyModule): readonly { readonly module: string; readonly name: string }[]
  }
  readonly Instance: new (
    module: WebAssemblyModule,
    imports: WebAssemblyImports,
  ) => { readonly exports: object }
}

export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer
}

export interface WebAssemblyTable {
  grow(by: number): number
  get(index: number): unknown
  set(index: number, value: unknown): void
}

export const webAssembly: WebAssemblyApi = (globalThis as unknown as { WebAssembly: WebAssemblyApi })
  .WebAssembly
