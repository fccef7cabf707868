// An object mapper from npm, which writes its own SQL.
const { DataTypes, Sequelize } = require('sequelize')

// It announces its connections on the console.
console.log = () => {}

const main = async () => {
  const sequelize = new Sequelize('CLINIC', 'somebody', 'a standing credential', {
    dialect: 'snowflake',
    host: process.env.SNOWFLAKE_ACCOUNT,
    schema: 'PUBLIC',
    keepDefaultTimezone: true,
    logging: false,
    dialectOptions: { accessUrl: process.env.SNOWFLAKE_ACCESS_URL, warehouse: 'AGENTS', schema: 'PUBLIC' },
  })
  const Patient = sequelize.define(
    'PATIENTS',
    {
      PATIENT_ID: { type: DataTypes.INTEGER, primaryKey: true },
      SSN: DataTypes.STRING,
      LAST_NAME: DataTypes.STRING,
    },
    { tableName: 'PATIENTS', timestamps: false },
  )
  const rows = await Patient.findAll({ order: ['PATIENT_ID'], limit: 2, raw: true })
  const failed = await Patient.destroy({ where: { PATIENT_ID: 1 } }).then(
    () => null,
    (error) => error.parent?.sqlState ?? error.message,
  )
  if (failed !== '42501') throw new Error(`a delete ended with ${failed}`)
  process.stdout.write(JSON.stringify({ rows }))
  await sequelize.close()
}

main()
