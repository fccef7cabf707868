// The errors alone, for what starts before everything else: they need no schema.
export { isSnowfenceError, SnowfenceError } from './snowfence-error.ts'
