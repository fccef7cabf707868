import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import Module, { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deferModules } from './defer-modules.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'snowfence-defer-'))
const require = createRequire(path.join(folder, 'program.cjs'))
const load = (name: string) => require(name)
const loaded = (): readonly string[] =>
  Object.keys(require.cache)
    .filter((file) => file.startsWith(folder))
    .map((file) => path.basename(path.dirname(file)))
    .sort()

/** A driver's way of taking what it needs: whole, apart, and from a package that nobody defers. */
const sources: Readonly<Record<string, string>> = {
  'snowflake-sdk': `
    const jwt = require('jsonwebtoken')
    const open = require('open')
    const { createLogger } = require('winston')
    const axios = require('axios')
    exports.sign = (text) => jwt.sign(text)
    exports.has = (name) => name in jwt
    exports.open = (address) => open(address)
    exports.createLogger = createLogger
    exports.axios = axios
    exports.later = () => require('@azure/identity')`,
  jsonwebtoken: 'exports.sign = (text) => "signed " + text',
  open: 'module.exports = (address) => "opened " + address',
  winston: 'exports.createLogger = () => "logger"',
  axios: 'module.exports = "axios"',
  '@azure/identity': 'exports.name = "identity"',
  other: 'module.exports = require("google-auth-library")',
  'google-auth-library': 'exports.name = "google"',
}

beforeAll(async () => {
  for (const [name, source] of Object.entries(sources)) {
    const directory = path.join(folder, 'node_modules', name)
    await mkdir(directory, { recursive: true })
    await writeFile(path.join(directory, 'index.js'), source)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

test('what the driver has no use for yet is loaded when it is used, and behaves as itself', () => {
  const before = (Module as unknown as { _load: unknown })._load
  const driver = deferModules(() => load('snowflake-sdk'))
  expect(loaded()).toEqual(['axios', 'snowflake-sdk', 'winston'])
  expect(driver.axios).toBe('axios')
  expect(driver.createLogger()).toBe('logger')

  expect(driver.sign('text')).toBe('signed text')
  expect(driver.has('sign')).toBe(true)
  expect(driver.has('verify')).toBe(false)
  expect(driver.open('address')).toBe('opened address')
  expect(loaded()).toEqual(['axios', 'jsonwebtoken', 'open', 'snowflake-sdk', 'winston'])

  expect((Module as unknown as { _load: unknown })._load).toBe(before)
  expect(driver.later()).toBe(load('@azure/identity'))
})

test('others than the driver get what they ask for at once', () => {
  deferModules(() => load('other'))
  expect(loaded()).toContain('google-auth-library')
})

test('an error while the driver loads leaves nothing behind', () => {
  const before = (Module as unknown as { _load: unknown })._load
  expect(() => deferModules(() => load('nowhere'))).toThrow('nowhere')
  expect((Module as unknown as { _load: unknown })._load).toBe(before)
})
