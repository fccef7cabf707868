import * as z from 'zod'
import { policyDocumentSchema } from './policy-document.ts'

/** The JSON Schema (draft 2020-12) of a policy document, for editors that check YAML while it is written. */
export const policyJsonSchema = (): Readonly<Record<string, unknown>> => ({
  $id: 'urn:snowfence:policy:1',
  title: 'Snowfence policy',
  ...z.toJSONSchema(policyDocumentSchema, { io: 'input', unrepresentable: 'any' }),
})
