// Loaded before `register`: a program or a tool that keeps Node's functions for itself.
globalThis.kept = {
  httpRequest: require('node:http').request,
  httpsRequest: require('node:https').request,
  connect: require('node:net').connect,
  fetch: globalThis.fetch,
}
