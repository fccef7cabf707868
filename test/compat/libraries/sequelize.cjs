/** The same for Sequelize 6 and for 7: an object mapper that writes its own SQL. */
module.exports = async ({ load, leadToLocalSnowflake, account }) => {
  leadToLocalSnowflake(load.resolve('sequelize'))
  const { DataTypes, Sequelize } = load('sequelize')
  const sequelize = new Sequelize('CLINIC', 'somebody', 'a standing credential', {
    dialect: 'snowflake',
    dialectOptions: { account, warehouse: 'AGENTS', schema: 'PUBLIC' },
    logging: false,
    schema: 'SANDBOX',
  })
  const Note = sequelize.define(
    'COMPAT_NOTES',
    {
      ID: { type: DataTypes.INTEGER, primaryKey: true },
      TITLE: DataTypes.STRING,
      AMOUNT: DataTypes.DECIMAL(10, 2),
      IS_DONE: DataTypes.BOOLEAN,
    },
    { tableName: 'COMPAT_NOTES', schema: 'SANDBOX', timestamps: false },
  )
  const Encounter = sequelize.define(
    'ENCOUNTERS',
    { ENCOUNTER_ID: { type: DataTypes.INTEGER, primaryKey: true }, DEPARTMENT: DataTypes.STRING },
    { tableName: 'ENCOUNTERS', schema: 'PUBLIC', timestamps: false },
  )
  return {
    authenticate: () => sequelize.authenticate(),
    'find rows': () => Encounter.findAll({ order: ['ENCOUNTER_ID'], limit: 3, raw: true }),
    count: () => Encounter.count({ where: { DEPARTMENT: 'Cardiology' } }),
    'raw query with replacements': () =>
      sequelize.query('select ENCOUNTER_ID from CLINIC.PUBLIC.ENCOUNTERS where ENCOUNTER_ID = :id', {
        replacements: { id: 7 },
        type: 'SELECT',
      }),
    'create a table': async () => void (await Note.sync({ force: true })),
    'insert a row': async () => (await Note.create({ ID: 1, TITLE: 'one', AMOUNT: 1.5, IS_DONE: false })).ID,
    'insert rows': async () =>
      (
        await Note.bulkCreate([
          { ID: 2, TITLE: 'two' },
          { ID: 3, TITLE: 'it’s' },
        ])
      ).length,
    update: () => Note.update({ TITLE: 'changed' }, { where: { ID: 1 } }),
    'read them back': () => Note.findAll({ order: ['ID'], raw: true }),
    'a transaction that is rolled back': async () => {
      await sequelize
        .transaction(async (transaction) => {
          await Note.destroy({ where: { ID: 1 }, transaction })
          throw new Error('rolled back')
        })
        .catch(() => {})
      return await Note.count()
    },
    'a transaction that is committed': async () => {
      await sequelize.transaction(
        async (transaction) => await Note.destroy({ where: { ID: 2 }, transaction }),
      )
      return await Note.count()
    },
    'describe a table': () =>
      sequelize.getQueryInterface().describeTable({ tableName: 'COMPAT_NOTES', schema: 'SANDBOX' }),
    'list tables': async () => (await sequelize.getQueryInterface().showAllTables()).length > 0,
    'a name that is not there': () => sequelize.query('select NOTHING from CLINIC.PUBLIC.ENCOUNTERS'),
    'drop the table': async () => void (await Note.drop()),
    close: () => sequelize.close(),
  }
}
