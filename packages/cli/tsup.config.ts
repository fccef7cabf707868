import { library } from '../../scripts/tsup-library.ts'

export default library({ entry: { index: 'src/index.ts', main: 'src/main.ts', dev: 'src/dev/index.ts' } })
