module.exports = async ({ load, leadToLocalSnowflake, account }) => {
  leadToLocalSnowflake(load.resolve('knex-snowflake-dialect'))
  const { knex: named, ...module_ } = load('knex')
  const knex = (named ?? module_.default ?? load('knex'))({
    client: load('knex-snowflake-dialect').SnowflakeDialect,
    connection: {
      account,
      username: 'somebody',
      password: 'a standing credential',
      database: 'CLINIC',
      schema: 'SANDBOX',
      warehouse: 'AGENTS',
    },
    pool: { min: 0, max: 2 },
  })
  const encounters = () => knex('CLINIC.PUBLIC.ENCOUNTERS')
  return {
    'select rows': () => encounters().select('encounter_id', 'department').orderBy('encounter_id').limit(3),
    'where and count': () => encounters().where('department', 'Cardiology').count('encounter_id as n'),
    'group by': () =>
      encounters()
        .select('department')
        .count('encounter_id as n')
        .groupBy('department')
        .orderBy('department'),
    raw: async () => (await knex.raw('select 1 as one, ? as two', ['x'])).rows,
    'create a table': async () =>
      void (await knex.schema.createTable('compat_knex', (table) => {
        table.integer('id')
        table.string('title')
        table.boolean('is_done')
      })),
    'does it exist': () => knex.schema.hasTable('compat_knex'),
    insert: () =>
      knex('compat_knex').insert([
        { id: 1, title: 'one' },
        { id: 2, title: 'two' },
      ]),
    update: () => knex('compat_knex').where('id', 1).update({ title: 'changed' }),
    'read them back': () => knex('compat_knex').select().orderBy('id'),
    'a transaction that is committed': async () => {
      await knex.transaction(async (trx) => await trx('compat_knex').where('id', 2).del())
      return await knex('compat_knex').count('id as n')
    },
    'a transaction that is rolled back': async () => {
      await knex
        .transaction(async (trx) => {
          await trx('compat_knex').del()
          throw new Error('back')
        })
        .catch(() => {})
      return await knex('compat_knex').count('id as n')
    },
    'drop the table': async () => void (await knex.schema.dropTable('compat_knex')),
    destroy: () => knex.destroy(),
  }
}
