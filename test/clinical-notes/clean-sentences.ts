import type { Choices } from './pseudo-random.ts'

/** Clinical prose without any identifier, full of things that look like one. */
export type CleanSentence = (choices: Choices) => string

const drugs = [
  'metformin',
  'lisinopril',
  'atorvastatin',
  'warfarin',
  'amoxicillin',
  'insulin glargine',
  'furosemide',
]
const sides = ['left', 'right']

export const cleanSentences: readonly CleanSentence[] = [
  (choices) =>
    `Blood pressure ${choices.integer(95, 180)}/${choices.integer(50, 110)}, pulse ${choices.integer(52, 120)}, temperature ${choices.integer(36, 39)}.${choices.integer(0, 9)} C, respirations ${choices.integer(12, 24)}.`,
  (choices) =>
    `Oxygen saturation ${choices.integer(88, 100)}% on ${choices.integer(1, 6)} L by nasal cannula.`,
  (choices) =>
    `Hemoglobin ${choices.integer(7, 16)}.${choices.integer(0, 9)}, platelets ${choices.integer(90, 450)},000, white count ${choices.integer(3, 18)}.${choices.integer(0, 9)}.`,
  (choices) =>
    `Sodium ${choices.integer(128, 146)}, potassium ${choices.integer(3, 5)}.${choices.integer(0, 9)}, creatinine 0.${choices.integer(6, 9)} to 1.${choices.integer(0, 9)}, glucose ${choices.integer(70, 340)}.`,
  (choices) =>
    `A1c was ${choices.integer(5, 12)}.${choices.integer(0, 9)}% and LDL ${choices.integer(60, 210)} mg/dL.`,
  (choices) =>
    `Started ${choices.pick(drugs)} ${choices.pick(['5', '10', '20', '40', '500', '1000'])} mg ${choices.pick(['daily', 'twice daily', 'at bedtime', 'q8h', 'PRN'])}.`,
  (choices) =>
    `Continue ${choices.pick(drugs)} 1/2 tab in the morning and 1 tab at night for ${choices.integer(2, 12)} weeks.`,
  () => 'Heparin 5000 units subcutaneous every 8 hours; normal saline at 75 mL/hr.',
  (choices) => `Strength is ${choices.integer(3, 5)}/5 in the ${choices.pick(sides)} arm and 5/5 elsewhere.`,
  (choices) => `Pain is ${choices.integer(0, 9)}/10 at rest and ${choices.integer(1, 10)}/10 with movement.`,
  (choices) =>
    `A ${choices.integer(1, 4)}/6 systolic murmur is heard at the ${choices.pick(sides)} upper sternal border.`,
  () => 'Visual acuity 20/40 in the right eye and 20/25 in the left, improving to 20/20 with correction.',
  () => 'Reflexes 2+ and equal, pulses 2/4 throughout, capillary refill under 2 seconds.',
  (choices) => `Diagnosis codes E11.${choices.integer(0, 9)}, I10, J45.909 and Z79.4 were reviewed.`,
  (choices) => `Billed as CPT 9921${choices.integer(2, 5)} with modifier 25.`,
  (choices) =>
    `Moved from room ${choices.integer(100, 990)} to room ${choices.integer(100, 990)}-B, bed ${choices.integer(1, 4)}.`,
  (choices) =>
    `Next dose due at ${choices.integer(1, 12)}:${choices.pick(['00', '15', '30', '45'])} ${choices.pick(['am', 'pm'])}; last given at ${choices.integer(10, 23)}:${choices.integer(10, 59)}.`,
  (choices) =>
    `Intake ${choices.integer(800, 2500)} mL, output ${choices.integer(800, 2500)} mL over 24 hours.`,
  (choices) =>
    `Weight ${choices.integer(45, 120)}.${choices.integer(0, 9)} kg, height ${choices.integer(150, 195)} cm, BMI ${choices.integer(19, 42)}.${choices.integer(0, 9)}.`,
  (choices) =>
    `The nodule measures ${choices.integer(1, 4)}.${choices.integer(0, 9)} x ${choices.integer(1, 4)}.${choices.integer(0, 9)} x ${choices.integer(1, 4)}.${choices.integer(0, 9)} cm, unchanged.`,
  (choices) => `Ejection fraction ${choices.integer(25, 65)}-${choices.integer(66, 70)} percent.`,
  () => 'Mix 1:10 with water; the ratio of tablets was 3 to 1.',
  () => 'Type 2 diabetes, stage 3 kidney disease, grade 1 fatty liver.',
  () => 'May resume activity as tolerated; will march in place for therapy twice a day.',
  () => 'The will to continue is strong, and there is hope and good faith in the plan.',
  () => 'Rose from the chair without help, walked 150 feet, and marked fatigue followed.',
  () => 'No long delays in speech; fund of knowledge is fair; judgment is sound.',
  () => 'Follow up with cardiology in 6 to 8 weeks, sooner if symptoms return.',
  () => 'Denies chest pain, shortness of breath, nausea, vomiting, fever or chills.',
  () => 'Lives with family, does not smoke, drinks 2 to 3 glasses of wine a week.',
  () => 'Plan: recheck labs in 3 months, continue diet, call the clinic with any concern.',
  (choices) => `Version 2.${choices.integer(0, 9)}.${choices.integer(0, 9)} of the intake form was used.`,
  (choices) =>
    `Score on the depression scale was ${choices.integer(0, 27)} of 27, down from ${choices.integer(5, 27)}.`,
  () => 'Troponin 0.01, 0.02 and 0.02 ng/mL at 0, 3 and 6 hours.',
  () => 'INR 2.4 (goal 2-3), PT 24.1 s, PTT 31 s.',
  () => 'ABG 7.38/42/88 on 2 L; lactate 1.1.',
  (choices) =>
    `Titrate by 10-20 mg every 5-7 days to a maximum of ${choices.pick(['100', '200', '400'])} mg.`,
  () => 'Insulin sliding scale: 150-199 give 2 units, 200-249 give 4 units, 250-299 give 6 units.',
  (choices) => `Calories 1800-2000 per day, protein ${choices.integer(60, 90)} g, fluid limit 1.5 L.`,
  () => 'Sutures removed on post-operative day 10; the wound is clean and dry.',
  () => 'A 4-week course with 12 sessions, 3 times per week, was completed.',
  (choices) => `This is a ${choices.integer(19, 88)}-year-old with ${choices.integer(2, 9)} days of cough.`,
  () => 'Patient is alert and oriented x3; GCS 15; NIHSS 0.',
  () => 'LOINC 4548-4 and SNOMED 44054006 were mapped to the problem list.',
  () => 'NDC 00093-7214-01 dispensed, quantity 90, refills 3.',
  () => 'History of hypertension since childhood; mother had stroke at 61.',
  () => 'MRI of the brain showed T2 hyperintensity at C5-C6 and L4-L5 disc bulge.',
  () => 'Pt seen by PT/OT; OK for stairs w/ rail, 1 person assist.',
  () => 'Consent was obtained, risks and benefits were discussed, questions were answered.',
  () => 'On exam the abdomen is soft, the lungs are clear, and the gait is steady.',
  () => 'The medical record was reviewed, and the chart number of pages is small.',
  () => 'Return precautions given. Phone triage is open all day. No fax needed.',
  () => 'Account of events differs between sources; the policy on visitors was explained.',
  () => 'Serial exams every 4 hours; license to drive was discussed in general terms.',
  () => 'EKG: rate 72, PR 160, QRS 88, QTc 431, axis normal, V1-V3 without change.',
]
