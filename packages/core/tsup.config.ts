import { library } from '../../scripts/tsup-library.ts'

export default library({
  entry: {
    index: 'src/index.ts',
    http: 'src/http/index.ts',
    files: 'src/files/index.ts',
    errors: 'src/errors/index.ts',
  },
})
