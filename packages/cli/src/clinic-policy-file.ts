import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The clinic example: from the repository when there is one around, else the copy that the build puts into the package. */
const candidates = ['../../../examples/policies/clinic.yaml', '../policies/clinic.yaml'].map((relative) =>
  fileURLToPath(new URL(relative, import.meta.url)),
)

export const clinicPolicyFile = (): string =>
  candidates.find((file) => existsSync(file)) ?? (candidates.at(-1) as string)
