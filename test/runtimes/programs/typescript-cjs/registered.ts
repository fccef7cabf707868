import snowflake from 'snowflake-sdk'

import askDriver = require('../ask-driver.cjs')

void askDriver(snowflake)
