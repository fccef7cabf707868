// Hands down nothing but the path of programs, as one does with a tool that is not trusted.
import { execFileSync } from 'node:child_process'

const inChild = (code) =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    env: { PATH: process.env.PATH },
    cwd: import.meta.dirname,
    encoding: 'utf8',
  }).trim()

console.log(
  JSON.stringify({
    harmless: inChild("console.log('ran')"),
    identity: inChild('console.log(process.env.SNOWFENCE_IDENTITY_TOKEN)'),
    driver: inChild("await import('snowflake-sdk').catch((error) => console.log(error.message))"),
  }),
)
