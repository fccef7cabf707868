import type { TableColumn } from '../dictionary/dictionary.ts'
import { parseType } from '../dictionary/parse-type.ts'

const column = (declaration: string): TableColumn => {
  const [name = '', type = '', ...rest] = declaration.split(' ')
  const primaryKey = rest.includes('KEY')
  return { name, type: parseType(type), nullable: !primaryKey, defaultText: null, comment: null, primaryKey }
}

const columns = (...declarations: string[]) => declarations.map(column)

/** The tables of `CLINIC.PUBLIC`, in the order in which they are filled. */
export const clinicTables: Readonly<Record<string, readonly TableColumn[]>> = {
  PATIENTS: columns(
    'PATIENT_ID NUMBER KEY',
    'MRN VARCHAR',
    'SSN VARCHAR',
    'FIRST_NAME VARCHAR',
    'LAST_NAME VARCHAR',
    'BIRTH_DATE DATE',
    'SEX VARCHAR',
    'ADDRESS VARCHAR',
    'CITY VARCHAR',
    'STATE VARCHAR',
    'ZIP VARCHAR',
    'PHONE VARCHAR',
    'EMAIL VARCHAR',
  ),
  PROVIDERS: columns('PROVIDER_ID NUMBER KEY', 'NAME VARCHAR', 'NPI VARCHAR', 'SPECIALTY VARCHAR'),
  ENCOUNTERS: columns(
    'ENCOUNTER_ID NUMBER KEY',
    'PATIENT_ID NUMBER',
    'PROVIDER_ID NUMBER',
    'ADMITTED_AT TIMESTAMP_NTZ',
    'DISCHARGED_AT TIMESTAMP_NTZ',
    'DEPARTMENT VARCHAR',
    'COST NUMBER(10,2)',
  ),
  DIAGNOSES: columns(
    'DIAGNOSIS_ID NUMBER KEY',
    'ENCOUNTER_ID NUMBER',
    'ICD10 VARCHAR',
    'DESCRIPTION VARCHAR',
  ),
  LABS: columns('LAB_ID NUMBER KEY', 'PATIENT_ID NUMBER', 'TAKEN_AT TIMESTAMP_NTZ', 'RESULT VARIANT'),
  NOTES: columns('NOTE_ID NUMBER KEY', 'ENCOUNTER_ID NUMBER', 'WRITTEN_AT TIMESTAMP_NTZ', 'TEXT VARCHAR'),
  PSYCHOTHERAPY_NOTES: columns(
    'NOTE_ID NUMBER KEY',
    'PATIENT_ID NUMBER',
    'WRITTEN_AT TIMESTAMP_NTZ',
    'TEXT VARCHAR',
  ),
}
