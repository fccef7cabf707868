declare const askDriver: (snowflake: unknown) => Promise<void>
export = askDriver
