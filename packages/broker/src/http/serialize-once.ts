import { serializerCompiler } from 'fastify-type-provider-zod'

/** Checks and prints an answer by its schema. An object that thousands of clients wait for is printed once. */
export const serializeOnce: typeof serializerCompiler = (route) => {
  const serialize = serializerCompiler(route)
  const printed = new WeakMap<object, string>()
  return (data: unknown) => {
    if (typeof data !== 'object' || data === null) return serialize(data)
    const known = printed.get(data) ?? serialize(data)
    printed.set(data, known)
    return known
  }
}
