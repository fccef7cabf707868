export { declaredAgent, declaredText, declaredWord } from './declared-text.ts'
export { createDetector, type DetectOptions, type Detector } from './detectors/detect.ts'
export { type Detection, type DetectorKind, detectorKinds } from './detectors/detection.ts'
export type { Finding } from './findings.ts'
export {
  createRandomVault,
  type RandomSource,
  type RandomVault,
  type RandomVaultOptions,
} from './random-vault.ts'
export {
  type RestrictedZip3,
  restrictedZip3,
  restrictedZip3Of2000,
  restrictedZip3Of2010,
} from './restricted-zip3.ts'
export { compileRowMasker, type MaskedColumn, type RowMasker, type RowMaskerOptions } from './row-masker.ts'
