/** A small clinic for tests: a catalogue and a policy over it. Every name and value is made up. */
export const clinicCatalogue = {
  CLINIC: {
    PUBLIC: {
      PATIENTS: ['PATIENT_ID', 'SSN', 'FIRST_NAME', 'STATE'],
      ENCOUNTERS: ['ENCOUNTER_ID', 'PATIENT_ID', 'DEPARTMENT'],
      PSYCHOTHERAPY_NOTES: ['NOTE_ID', 'PATIENT_ID', 'TEXT'],
      SEALED_NOTES: ['NOTE_ID', 'TEXT'],
      WINDOW_NOTES: ['NOTE_ID', 'TEXT'],
    },
  },
}

export const clinicPolicy = `version: 1
classes:
  ssn: { mask: { partial: { keepLast: 4 } } }
  name: { mask: token }
  note: { mask: withhold }
resources:
  - table: CLINIC.PUBLIC.PATIENTS
    subject: PATIENT_ID
    columns: { SSN: ssn, FIRST_NAME: name }
  - table: CLINIC.PUBLIC.PSYCHOTHERAPY_NOTES
    columns: { TEXT: note }
  - table: CLINIC.PUBLIC.SEALED_NOTES
    columns: { TEXT: note }
  - table: CLINIC.PUBLIC.WINDOW_NOTES
    columns: { TEXT: note }
unclassified: allow
rules:
  - id: agents-read
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select]
    resources: [CLINIC.PUBLIC.PATIENTS, CLINIC.PUBLIC.ENCOUNTERS]
  - id: notes-need-a-person
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select]
    resources: [CLINIC.PUBLIC.PSYCHOTHERAPY_NOTES]
    reveal: [note]
    approval: { approvers: { groups: [privacy-office] }, quorum: 1, deadline: 15m, validFor: 10m, role: CLINIC_NOTES_READER }
  - id: sealed-notes-need-two
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select]
    resources: [CLINIC.PUBLIC.SEALED_NOTES]
    reveal: [note]
    approval: { approvers: { groups: [privacy-office, chief-privacy] }, quorum: 2, deadline: 15m, validFor: 10m, role: UNCONFIGURED_ROLE }
`

/** An element that never occurs by accident: looked for wherever no literal may be. */
export const CANARY = 'CANARY-000-12-3456'

export const noteStatement = `select TEXT from CLINIC.PUBLIC.PSYCHOTHERAPY_NOTES where PATIENT_ID = '${CANARY}'`
