import 'snowfence/register'

console.log('started')
