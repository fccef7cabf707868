import { describe, expect, it } from 'vitest'
import { repeatsAMember } from './repeats-a-member.ts'

describe('a JSON text', () => {
  it.each([
    '{}',
    '[]',
    '7',
    '"a"',
    '{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}',
    '{"a":"\\"a\\":1,","b":"{\\"b\\":"}',
    '{"a":["a","a"],"A":1}',
    ' { "a" : { } , "b" : "a" } ',
  ])('may say each thing once: %s', (text) => {
    expect(() => JSON.parse(text)).not.toThrow()
    expect(repeatsAMember(text)).toBe(false)
  })

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"b":{"a":1,"c":{},"a":2}}',
    '[{"a":[{"x":1,"x":2}]}]',
    '{"a\\\\":1,"b":2,"a\\\\":3}',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":2}',
  ])('may say a thing twice: %s', (text) => {
    expect(() => JSON.parse(text)).not.toThrow()
    expect(repeatsAMember(text)).toBe(true)
  })
})
