import type { Leak } from './leak-search.ts'

/** Leaks of one form have one cause, most likely: the shrunk text without its literals, aliases and columns. */
export const leakForm = ({ sql, difference }: Leak): string => {
  const text = sql
    .replace(/'(?:[^'\\]|''|\\.)*'/g, '?')
    .replace(/\b\d+(?:\.\d+)?\b/g, '?')
    .replace(/\bt\d+\b\.?/g, '')
    .replace(
      /\b(?:patient_id|mrn|ssn|first_name|last_name|address|city|zip|phone|email|name|npi|text|sex|state|specialty|department|cost|icd10|description|encounter_id|provider_id|lab_id|note_id|diagnosis_id)\b/g,
      'c',
    )
    .replace(/\b(?:birth_date|admitted_at|discharged_at|taken_at|written_at)\b/g, 'd')
    .replace(/\b(?:patients|providers|encounters|diagnoses|labs|notes|psychotherapy_notes)\b/g, 't')
  return `${difference.kind}: ${text}`
}
