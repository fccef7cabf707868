module.exports = async ({ load, leadToLocalSnowflake, account }) => {
  leadToLocalSnowflake(load.resolve('@sequelize/snowflake'))
  const { DataTypes, Sequelize } = load('@sequelize/core')
  const { SnowflakeDialect } = load('@sequelize/snowflake')
  const sequelize = new Sequelize({
    dialect: SnowflakeDialect,
    account,
    username: 'somebody',
    password: 'a standing credential',
    database: 'CLINIC',
    warehouse: 'AGENTS',
    schema: 'SANDBOX',
  })
  const Note = sequelize.define(
    'COMPAT_NOTES',
    {
      ID: { type: DataTypes.INTEGER, primaryKey: true },
      TITLE: DataTypes.STRING,
      IS_DONE: DataTypes.BOOLEAN,
    },
    { tableName: 'COMPAT_NOTES', schema: 'SANDBOX', timestamps: false },
  )
  return {
    authenticate: () => sequelize.authenticate(),
    'raw query with replacements': () =>
      sequelize.query('select ENCOUNTER_ID from CLINIC.PUBLIC.ENCOUNTERS where ENCOUNTER_ID = :id', {
        replacements: { id: 7 },
        type: 'SELECT',
      }),
    'create a table': async () => void (await Note.sync({ force: true })),
    'insert a row': async () => (await Note.create({ ID: 1, TITLE: 'one', IS_DONE: false })).get('ID'),
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
    'describe a table': () => sequelize.queryInterface.describeTable(Note),
    'list schemas': async () => (await sequelize.queryInterface.listSchemas()).includes('SANDBOX'),
    'list tables': async () => (await sequelize.queryInterface.listTables()).length > 0,
    'fetch the version': async () => typeof (await sequelize.fetchDatabaseVersion()),
    'drop the table': async () => void (await Note.drop()),
    close: () => sequelize.close(),
  }
}
