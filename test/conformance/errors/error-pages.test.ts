import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { errorCatalogue } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import { errorPages, writtenErrorPages } from '../../../scripts/generate-error-pages.ts'

const packagesFolder = path.resolve(import.meta.dirname, '../../../packages')

const sources = readdirSync(packagesFolder, { recursive: true, encoding: 'utf8' })
  .filter(
    (file) =>
      /(^|\/)src\/.*\.ts$/.test(file) && !/\.test\.ts$|node_modules|\/errors\/[a-z]+-errors\.ts$/.test(file),
  )
  .map((file) => readFileSync(path.join(packagesFolder, file), 'utf8'))
  .join('\n')

describe('error codes', () => {
  it('each have a page that says what the catalogue says', () => {
    expect(Object.fromEntries(writtenErrorPages())).toEqual(Object.fromEntries(errorPages()))
  })

  it.each(Object.keys(errorCatalogue))('%s is used by the product', (code) => {
    expect(sources.includes(`'${code}'`), `${code} is in the catalogue, but nothing uses it`).toBe(true)
  })

  it('are all in the catalogue', () => {
    const used = new Set(sources.match(/'ERR_[A-Z_]+'/g)?.map((quoted) => quoted.slice(1, -1)))
    used.delete('ERR_UNEXPECTED')
    expect([...used].filter((code) => !Object.hasOwn(errorCatalogue, code))).toEqual([])
  })
})
