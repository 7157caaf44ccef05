// A line that is cut: what comes in goes to the server, and after a number of bytes upwards the connection is torn down, the
// given number of times; then it holds. On loopback only.
import { createServer, connect } from 'node:net'

export class CutProxy {
  constructor(target, cuts, bytes) {
    this.target = target
    this.cutsLeft = cuts
    this.bytes = bytes // between two cuts
    this.carried = 0
    this.cuts = 0
    this.server = createServer(client => this.#carry(client))
  }

  async listen() {
    await new Promise(resolve => this.server.listen(0, '127.0.0.1', resolve))
    return this.server.address().port
  }

  close() {
    this.server.close()
  }

  #carry(client) {
    const upstream = connect(this.target, '127.0.0.1')
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    client.on('data', piece => {
      this.carried += piece.length
      if (this.cutsLeft > 0 && this.carried >= this.bytes) {
        this.carried = 0
        this.cutsLeft--
        this.cuts++
        upstream.write(piece.subarray(0, Math.floor(piece.length / 2)), () => {
          client.resetAndDestroy()
          upstream.resetAndDestroy()
        })
        return
      }
      if (!upstream.write(piece)) {
        client.pause()
        upstream.once('drain', () => client.resume())
      }
    })
    upstream.on('data', piece => client.write(piece))
    client.on('close', end)
    upstream.on('close', end)
    client.on('error', end)
    upstream.on('error', end)
  }
}
