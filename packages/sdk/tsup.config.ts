import { library } from '../../scripts/tsup-library.ts'

export default library({
  entry: {
    index: 'src/index.ts',
    // Kept as files of their own: the register's hook leads to its neighbour by name.
    'register/register': 'src/register/register.ts',
    'register/governed-driver': 'src/register/governed-driver.ts',
  },
})
