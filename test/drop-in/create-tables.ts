import type { Connection } from 'snowflake-sdk'

/** One column for each type that the driver converts. */
const kinds = `create table KINDS (
  ID int, WHOLE number(10, 0), EXACT number(12, 2), BIG number(38, 0), ROUGH float, WORDS text, FLAG boolean,
  DAY date, CLOCK time, LOCAL_TIME timestamp_ntz, HERE timestamp_ltz, THERE timestamp_tz, BYTES binary,
  ANYTHING variant, THING object, LIST array)`

const kindsRows = [
  `select 1, 42, 12.34, 9007199254740993, 0.5, 'plain text', true, '2024-02-29'::date, '13:14:15'::time,
    '2024-02-29 13:14:15.123456'::timestamp_ntz, '2024-02-29 13:14:15.5'::timestamp_ltz,
    '2024-02-29 13:14:15.000001 +0530'::timestamp_tz, '00FF10'::binary,
    parse_json('{"a": [1, 2.5, null, true], "b": {"c": "d"}}'), parse_json('{"k": 1}')::object, parse_json('[1, "two"]')::array`,
  `select 2, -42, -0.01, -1, -1.5e300, '', false, '1899-12-31'::date, '00:00:00'::time,
    '1969-12-31 23:59:59.999'::timestamp_ntz, '1960-01-01 00:00:00'::timestamp_ltz,
    '1960-06-01 12:00:00 -0800'::timestamp_tz, ''::binary,
    parse_json('"text"'), parse_json('{}')::object, parse_json('[]')::array`,
  `select 3, 0, 0, 0, 0, 'ünïcødé "quoted" ''line''', null, '9999-12-31'::date, '23:59:59'::time,
    '9999-12-31 23:59:59'::timestamp_ntz, null, null, null, parse_json('12345678901234567890'), null, null`,
  `select 4, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null`,
]

const statementsOf = (schema: string): readonly string[] => [
  `create schema ${schema}`,
  `use schema ${schema}`,
  kinds,
  ...kindsRows.map((row) => `insert into KINDS ${row}`),
  // 12,000 rows: more than one part of a result holds.
  'create table NUMBERS (ID int, NAME text)',
  `insert into NUMBERS select ID, 'number ' || ID from (
    select row_number() over (order by A.PATIENT_ID, B.PATIENT_ID) as ID from PUBLIC.PATIENTS A
    cross join (select PATIENT_ID from PUBLIC.PATIENTS where PATIENT_ID <= 6) B)`,
  'create table SCRATCH (A int, B text)',
  'create table BOUND (ID int, FLAG boolean, WHOLE int, EXACT float, WORDS text, THING variant, MOMENT timestamp_ntz)',
  'create stage FILES',
  'grant read, write on stage FILES to role CLINIC_READER',
  `grant usage on schema ${schema} to role CLINIC_READER`,
  `grant create table on schema ${schema} to role CLINIC_READER`,
  ...['KINDS', 'NUMBERS', 'SCRATCH', 'BOUND'].map(
    (table) => `grant select, insert, update, delete, truncate on table ${table} to role CLINIC_READER`,
  ),
]

/** As the warehouse's administrator: the tables of the scenarios, in a schema for each program that runs them. */
export const createTables = async (administrator: Connection, schemas: readonly string[]): Promise<void> => {
  for (const sqlText of schemas.flatMap(statementsOf))
    await new Promise<void>((resolve, reject) => {
      administrator.execute({
        sqlText,
        complete: (error) => (error ? reject(new Error(`${error.message}: ${sqlText}`)) : resolve()),
      })
    })
}
