require('./ask-driver.cjs')(require('snowflake-sdk'))
