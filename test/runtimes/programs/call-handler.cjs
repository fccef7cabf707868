// Calls a function as AWS Lambda does: the module is loaded from its folder, then its handler is called with an event.
const { handler } = require(process.argv[2])

handler({}, { awsRequestId: '1' }).then(({ statusCode }) => {
  if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}`)
})
