import snowflake from 'snowflake-sdk'
import askDriver from '../ask-driver.cjs'

void askDriver(snowflake)
