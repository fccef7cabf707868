/**
 * For reading a value by a schema that is used a few times in a process. zod would otherwise write a function for the
 * schema and have it compiled, which takes milliseconds and pays for itself after hundreds of values.
 */
export const parseOnce = { jitless: true } as const
