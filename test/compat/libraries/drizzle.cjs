module.exports = async ({ load, leadToLocalSnowflake, account }) => {
  leadToLocalSnowflake(load.resolve('drizzle-snowflake'))
  const snowflake = load('drizzle-snowflake')
  const { drizzle, snowflakeTable, integer, varchar, decimal, timestamp } = snowflake
  const { eq, and, gt, sql, count, desc, inArray, avg } = load('drizzle-orm')
  const encounters = snowflakeTable('ENCOUNTERS', {
    id: integer('ENCOUNTER_ID'),
    patient: integer('PATIENT_ID'),
    department: varchar('DEPARTMENT'),
    cost: decimal('COST'),
    at: timestamp('ADMITTED_AT'),
  })
  const patients = snowflakeTable('PATIENTS', {
    id: integer('PATIENT_ID'),
    sex: varchar('SEX'),
    state: varchar('STATE'),
  })
  const notes = snowflakeTable('COMPAT_DRIZZLE', { id: integer('ID'), text: varchar('TEXT') })
  const connection = {
    account,
    username: 'somebody',
    password: 'a standing credential',
    database: 'CLINIC',
    schema: 'PUBLIC',
    warehouse: 'AGENTS',
  }
  const db = await drizzle({ connection, pool: { size: 2 } })
  const sandbox = await drizzle({ connection: { ...connection, schema: 'SANDBOX' }, pool: false })
  return {
    select: () => db.select().from(encounters).orderBy(encounters.id).limit(3),
    'select with a filter': () =>
      db
        .select({ id: encounters.id, cost: encounters.cost })
        .from(encounters)
        .where(and(eq(encounters.department, 'Cardiology'), gt(encounters.cost, 100)))
        .orderBy(encounters.id)
        .limit(3),
    'a list': () =>
      db
        .select({ n: count() })
        .from(encounters)
        .where(inArray(encounters.department, ['Cardiology', 'Oncology'])),
    group: () =>
      db
        .select({ department: encounters.department, n: count(), mean: avg(encounters.cost) })
        .from(encounters)
        .groupBy(encounters.department)
        .having(({ n }) => gt(n, 1))
        .orderBy(desc(count()), encounters.department),
    join: () =>
      db
        .select({ state: patients.state, n: count() })
        .from(encounters)
        .innerJoin(patients, eq(encounters.patient, patients.id))
        .groupBy(patients.state)
        .orderBy(patients.state),
    'raw sql': () => db.execute(sql`select count(*) as "n" from ENCOUNTERS where COST > ${50}`),
    'months as texts': () =>
      db.execute(
        sql`select to_char(ADMITTED_AT, 'YYYY-MM') as "month", max(ADMITTED_AT)::date::varchar as "last", count(*) as "n" from ENCOUNTERS group by 1 order by 1 limit 3`,
      ),
    subquery: async () => {
      const dear = db
        .$with('dear')
        .as(
          db
            .select({ id: encounters.id, cost: encounters.cost })
            .from(encounters)
            .where(gt(encounters.cost, 200)),
        )
      return await db.with(dear).select({ n: count() }).from(dear)
    },
    'create a table': () =>
      sandbox.execute(sql`create or replace table COMPAT_DRIZZLE (ID integer, TEXT varchar)`),
    insert: () =>
      sandbox.insert(notes).values([
        { id: 1, text: 'one' },
        { id: 2, text: 'two' },
      ]),
    update: () => sandbox.update(notes).set({ text: 'three' }).where(eq(notes.id, 2)),
    transaction: () =>
      sandbox.transaction(async (tx) => {
        await tx.insert(notes).values({ id: 3, text: 'x' })
        return await tx.select().from(notes).orderBy(notes.id)
      }),
    'a transaction that is rolled back': async () => {
      await sandbox
        .transaction(async (tx) => {
          await tx.delete(notes)
          throw new Error('no')
        })
        .catch(() => {})
      return await sandbox.select({ n: count() }).from(notes)
    },
    delete: () => sandbox.delete(notes).where(eq(notes.id, 1)),
    'drop it': () => sandbox.execute(sql`drop table COMPAT_DRIZZLE`),
    close: async () => {
      await db.close()
      await sandbox.close()
    },
  }
}
