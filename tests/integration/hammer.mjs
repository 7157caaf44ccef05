// Asks one server without a pause over several connections, some kept, some new for each request, until SIGTERM. Prints one
// line of JSON: how many whole answers there were, how many wrong ones, and how many requests were refused or cut, by why.
// An empty object is printed before, when requests are under way.
//   node hammer.mjs BASE
import http from 'node:http'

const base = new URL(process.argv[2])
const paths = ['/healthz', '/api/v1/courses', '/assets/small.txt']
const result = { answers: 0, wrong: 0, errors: {} }
let isDone = false

/** One request; resolves when its answer was read to the end. */
function ask(path, agent) {
  return new Promise((resolve) => {
    const fail = (error) => {
      const name = error.code ?? error.message
      result.errors[name] = (result.errors[name] ?? 0) + 1
      resolve()
    }
    const request = http.get({ host: base.hostname, port: base.port, path, agent }, (response) => {
      let bytes = 0
      response.on('data', (chunk) => (bytes += chunk.length))
      response.on('error', fail)
      response.on('end', () => {
        if (response.statusCode === 200 && response.complete && bytes > 0) {
          if (++result.answers === 20) console.log('{}') // it is under way
        }
        else result.wrong++
        resolve()
      })
    })
    request.on('error', fail)
  })
}

async function hammer(agent, offset) {
  for (let i = offset; !isDone; i++) await ask(paths[i % paths.length], agent)
}

process.on('SIGTERM', () => (isDone = true))
const kept = new http.Agent({ keepAlive: true, maxSockets: 8 })
const runs = []
for (let i = 0; i < 8; i++) runs.push(hammer(kept, i))
for (let i = 0; i < 4; i++) runs.push(hammer(false, i))
await Promise.all(runs)
kept.destroy()
console.log(JSON.stringify(result))
