import { cp } from 'node:fs/promises'
import { library } from '../../scripts/tsup-library.ts'

export default library({
  entry: { index: 'src/index.ts', main: 'src/main.ts', dev: 'src/dev/index.ts' },
  // `snowfence dev` starts with the clinic example, also where the package is installed without the repository.
  onSuccess: () => cp('../../examples/policies/clinic.yaml', 'policies/clinic.yaml'),
})
