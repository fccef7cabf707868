// The one file that holds the code of the published package. Its entries, for `import` and for `require`, lead here.
export * as sdk from './index.ts'
export { createGovernedDriver } from './register/create-governed-driver.ts'
