// Starts a program as systemd's socket activation does: a listening socket on a free loopback port is its descriptor 3, by the
// name "http". Prints the port first and ends with the program; SIGTERM goes on to it.
//   node activate.mjs PROGRAM ARGUMENT...
import { spawn } from 'node:child_process'
import net from 'node:net'

const server = net.createServer()
server.listen({ host: '127.0.0.1', port: 0, backlog: 512 }, () => {
  console.log(server.address().port)
  const child = spawn('/bin/sh', ['-c', 'export LISTEN_PID=$$; exec "$0" "$@"', ...process.argv.slice(2)], {
    stdio: ['ignore', 'inherit', 'inherit', server._handle.fd],
    env: { ...process.env, LISTEN_FDS: '1', LISTEN_FDNAMES: 'http' },
  })
  server.close() // the program has it now; two would accept otherwise
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code) => process.exit(code ?? 1))
})
