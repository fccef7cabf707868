import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { policyJsonSchema } from './policy-json-schema.ts'

it('the published JSON Schema is the one that the schema in use yields', () => {
  const published = new URL('../../policy.schema.json', import.meta.url)
  expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())))
})

it('the JSON Schema refuses unknown fields and knows every mask', () => {
  const text = JSON.stringify(policyJsonSchema())
  expect(policyJsonSchema()).toMatchObject({ additionalProperties: false, required: ['version'] })
  for (const mask of ['withhold', 'email-domain', 'partial']) expect(text).toContain(`"${mask}"`)
})
