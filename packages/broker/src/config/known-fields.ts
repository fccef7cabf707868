import { z } from 'zod'

const isSchema = (value: unknown): value is z.ZodType => value instanceof z.ZodType

/** The schema without what is around it, such as a default. */
const unwrap = (schema: z.ZodType): z.ZodType => {
  const { innerType } = schema.def as { readonly innerType?: unknown }
  return isSchema(innerType) ? unwrap(innerType) : schema
}

const inside = (schema: z.ZodType, part: PropertyKey): z.ZodType[] => {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodArray) return isSchema(inner.element) ? [inner.element] : []
  if (inner instanceof z.ZodUnion)
    return inner.options.filter(isSchema).flatMap((option) => inside(option, part))
  if (!(inner instanceof z.ZodObject)) return []
  const field: unknown = inner.shape[String(part)]
  return isSchema(field) ? [field] : []
}

const fieldsOf = (schema: z.ZodType): string[] => {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodUnion) return inner.options.filter(isSchema).flatMap(fieldsOf)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}

/** The fields that a schema knows at a place of the document. */
export const knownFields = (schema: z.ZodType, path: readonly PropertyKey[]): string[] => {
  const places = path.reduce<z.ZodType[]>(
    (schemas, part) => schemas.flatMap((each) => inside(each, part)),
    [schema],
  )
  return places.flatMap(fieldsOf)
}
