// Modules that the build makes: `scripts/parser-assets.ts`.

declare module 'embedded:parse-worker' {
  /** The code of the trial's thread, as one CommonJS file. */
  const code: string
  export default code
}

declare module 'embedded:parser' {
  /** The parser's WebAssembly, compressed by Brotli. */
  const compressed: Uint8Array
  export default compressed
}
