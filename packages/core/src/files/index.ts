export {
  closeFileToOthers,
  closeToOthers,
  makePrivateDirectory,
  PRIVATE_DIRECTORY,
  PRIVATE_FILE,
} from './private-files.ts'
export { syncDirectory } from './sync-directory.ts'
export { syncFiles } from './sync-files.ts'
export { type OwnerLock, type OwnershipRefusal, takeOwnership } from './take-ownership.ts'
