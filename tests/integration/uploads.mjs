// Uploads on the real server: two clients that others wrote, over a line that is cut, kill -9 at any byte, and every answer
// of the protocol. Environment: SERVER (kapok-server), DATA, SOURCE (a real clip), WORK, and BYTES of the large file.
import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { createReadStream, existsSync, openSync, readFileSync, readdirSync, readSync, statSync, writeFileSync, writeSync, closeSync } from 'node:fs'
import { createRequire } from 'node:module'
import http from 'node:http'
import { connect } from 'node:net'
import path from 'node:path'
import { CutProxy } from './cut_proxy.mjs'

const require = createRequire(path.join(process.env.KAPOK_NODE_MODULES, 'x.js'))
const tus = require('tus-js-client')
const { SERVER, DATA, SOURCE, WORK } = process.env
const bytes = Number(process.env.BYTES || 30_000_000)
const token = 'a-token-of-this-test-only'
const port = Number(process.env.PORT)
const auth = { Authorization: `Bearer ${token}` }
const resumable = { ...auth, 'Tus-Resumable': '1.0.0' }
const offsetType = { 'Content-Type': 'application/offset+octet-stream' }
const agent = new http.Agent({ keepAlive: true })
let failures = 0
let server

function is(what, actual, expected) {
  if (actual === expected) return console.log(`ok - ${what}`)
  failures++
  console.log(`not ok - ${what}: got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`)
}

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

async function until(what, limit, probe) {
  for (const end = Date.now() + limit * 1000; Date.now() < end; await sleep(50)) if (await probe()) return
  throw new Error(`it took too long: ${what}`)
}

// A real clip with a box of random bytes behind it: as large as one likes, and still a film.
function makeFile(name, size) {
  const file = path.join(WORK, name)
  const fd = openSync(file, 'w')
  const clip = readFileSync(SOURCE)
  const head = Buffer.alloc(16)
  let left = size - clip.length - head.length
  head.writeUInt32BE(1, 0)
  head.write('free', 4, 'latin1')
  head.writeBigUInt64BE(BigInt(left + head.length), 8)
  writeSync(fd, clip)
  writeSync(fd, head)
  for (; left > 0; left -= Math.min(left, 1 << 20)) writeSync(fd, randomBytes(Math.min(left, 1 << 20)))
  closeSync(fd)
  return file
}

async function hashOf(stream) {
  const hash = createHash('sha256')
  for await (const piece of stream) hash.update(piece)
  return hash.digest('hex')
}
const hashOfFile = file => hashOf(createReadStream(file))

function ask(method, target, headers = {}, body = null) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path: target, headers, agent }, answer => {
      const pieces = []
      answer.on('data', piece => pieces.push(piece))
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }))
      answer.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

const metadata = fields =>
  Object.entries(fields).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join(',')
const film = { filename: '健康讲座.mp4', filetype: 'video/mp4' }

const create = (length, headers = {}, fields = film, body = null) =>
  ask('POST', '/api/v1/uploads', { ...resumable, 'Upload-Length': String(length), 'Upload-Metadata': metadata(fields), ...headers }, body)
const patch = (target, offset, body, headers = {}) =>
  ask('PATCH', target, { ...resumable, ...offsetType, 'Upload-Offset': String(offset), ...headers }, body)
const head = async target => {
  const answer = await ask('HEAD', target, resumable)
  return answer.status === 200 ? Number(answer.headers['upload-offset']) : -answer.status
}
const code = answer => JSON.parse(answer.body.toString()).code

async function start(...settings) {
  server = spawn(SERVER, ['--data', DATA, '--listen', `127.0.0.1:${port}`, '--api-token-file', path.join(WORK, 'token'), ...settings], {
    stdio: ['ignore', openSync(path.join(WORK, 'server.log'), 'a'), openSync(path.join(WORK, 'server.log'), 'a')],
  })
  server.gone = new Promise(resolve => server.on('exit', (status, signal) => resolve(signal || status)))
  await until('the server starts', 30, () => ask('GET', '/healthz').then(answer => answer.status === 200, () => false))
}

async function stop(signal) {
  server.kill(signal)
  return await server.gone
}

async function isStored(what, target, hash) {
  const status = JSON.parse((await ask('GET', `${target}/status`, auth)).body.toString())
  is(`${what}: done`, status.state, 'done')
  is(`${what}: the stored source`, await hashOfFile(path.join(DATA, 'objects/source', status.asset_id)), hash)
  const answer = await new Promise((resolve, reject) => http.get({ host: '127.0.0.1', port, path: target, headers: auth, agent }, resolve).on('error', reject))
  is(`${what}: GET gives it back`, await hashOf(answer), hash)
  return status
}

// --- clients of others over a line that is cut ten times ---

async function viaPython(file, hash) {
  const proxy = new CutProxy(port, 10, Math.floor(bytes / 12))
  const at = await proxy.listen()
  const url = await new Promise((resolve, reject) =>
    execFile('/usr/bin/python3', [path.join(path.dirname(new URL(import.meta.url).pathname), 'uploads.py'), `http://127.0.0.1:${at}/api/v1/uploads`, file, token],
      (error, stdout) => (error ? reject(error) : resolve(stdout.trim()))))
  proxy.close()
  is('tuspy: the line was cut', proxy.cuts, 10)
  await isStored('tuspy', new URL(url).pathname, hash)
}

async function viaJavaScript(file, hash, options = {}) {
  const proxy = new CutProxy(port, 10, Math.floor(bytes / 12))
  const at = await proxy.listen()
  const upload = await new Promise((resolve, reject) => {
    const made = new tus.Upload(createReadStream(file), {
      endpoint: `http://127.0.0.1:${at}/uploads`,
      headers: auth,
      metadata: { ...film, title: '太极拳（JavaScript）' },
      uploadSize: statSync(file).size,
      chunkSize: 6_000_000,
      retryDelays: Array(60).fill(20),
      onError: reject,
      onSuccess: () => resolve(made),
      ...options,
    })
    made.start()
  })
  proxy.close()
  is('tus-js-client: the line was cut', proxy.cuts, 10)
  return isStored('tus-js-client', new URL(upload.url).pathname, hash)
}

// --- kill -9 at any byte ---

// Send from `offset` on, until the server is killed after about `limit` bytes; what was sent is returned.
function sendUntilKilled(target, file, offset, size, limit) {
  return new Promise(resolve => {
    const request = http.request({ host: '127.0.0.1', port, method: 'PATCH', path: target,
      headers: { ...resumable, ...offsetType, 'Upload-Offset': String(offset), 'Content-Length': String(size - offset) } })
    const source = createReadStream(file, { start: offset, highWaterMark: 65536 })
    let sent = 0
    source.on('data', piece => {
      sent += piece.length
      if (sent >= limit) server.kill('SIGKILL')
    })
    source.pipe(request)
    const end = () => {
      source.destroy()
      resolve(offset + sent)
    }
    request.on('error', end)
    request.on('response', answer => answer.resume().on('end', end))
  })
}

async function survivesKills(rounds) {
  const size = bytes
  const file = makeFile('killed.mp4', size)
  const target = (await create(size)).headers.location
  let offset = 0
  for (let i = 0; i < rounds; i++) {
    const sent = await sendUntilKilled(target, file, offset, size, randomInt(1, Math.floor(size / rounds)))
    await server.gone
    await start()
    const now = await head(target)
    if (now < offset || now > sent) is(`kill ${i}: the offset ${now} lies between what was there and what was sent`, `${offset} ${sent}`, now)
    if (i === 1) { // bytes that nobody acknowledged are none
      const junk = openSync(path.join(DATA, 'uploads', path.basename(target)), 'a')
      writeSync(junk, randomBytes(5000))
      closeSync(junk)
    }
    offset = now
  }
  const answer = await patch(target, offset, readFileSync(file).subarray(offset))
  is('after the kills: the rest is taken', answer.status, 204)
  await isStored('after the kills', target, await hashOfFile(file))
}

// --- the protocol ---

async function keepsTheRules() {
  const clip = readFileSync(SOURCE)
  const options = await ask('OPTIONS', '/api/v1/uploads')
  is('OPTIONS', `${options.status} ${options.headers['tus-version']} ${options.headers['tus-checksum-algorithm']}`, '204 1.0.0 sha1,sha256,md5')
  is('a stranger', (await ask('POST', '/api/v1/uploads', { 'Tus-Resumable': '1.0.0', 'Upload-Length': '3' })).status, 401)
  is('no version', (await ask('POST', '/api/v1/uploads', { ...auth, 'Upload-Length': '3' })).status, 412)
  is('no length', (await ask('POST', '/api/v1/uploads', resumable)).status, 400)
  is('too long', (await create('99999999999999999')).status, 413)
  is('a document by its name', (await create(5, {}, { filename: '通知.docx' })).status, 422)
  is('no such category', (await create(5, {}, { ...film, category: '没有' })).status, 422)
  is('no such course', (await create(5, {}, { ...film, course: '0123456789abc' })).status, 422)
  is('bad metadata', (await create(5, { 'Upload-Metadata': 'filename ???' })).status, 400)

  let answer = await create(clip.length, offsetType, film, clip.subarray(0, 1000))
  const target = answer.headers.location
  is('creation-with-upload', `${answer.status} ${answer.headers['upload-offset']}`, '201 1000')
  is('wrong offset', code(await patch(target, 5, 'abc')), 'offset_mismatch')
  is('wrong type', (await patch(target, 1000, 'abc', { 'Content-Type': 'text/plain' })).status, 415)
  is('more than announced', (await patch(target, 1000, Buffer.alloc(clip.length))).status, 413)
  const wrong = `sha256 ${createHash('sha256').update('x').digest('base64')}`
  is('checksum mismatch', (await patch(target, 1000, clip.subarray(1000, 9000), { 'Upload-Checksum': wrong })).status, 460)
  is('... and nothing is kept of it', await head(target), 1000)
  const right = `sha1 ${createHash('sha1').update(clip.subarray(1000, 9000)).digest('base64')}`
  is('checksum', (await patch(target, 1000, clip.subarray(1000, 9000), { 'Upload-Checksum': right })).status, 204)
  is('checksum of no kind', (await patch(target, 9000, 'a', { 'Upload-Checksum': 'crc9 AAAA' })).status, 400)
  answer = await ask('POST', target, { ...resumable, ...offsetType, 'X-HTTP-Method-Override': 'PATCH', 'Upload-Offset': '9000' }, clip.subarray(9000))
  is('X-HTTP-Method-Override', answer.status, 204)
  const first = await isStored('in pieces', target, createHash('sha256').update(clip).digest('hex'))
  is('HEAD tells the name', (await ask('HEAD', target, resumable)).headers['upload-metadata'], metadata(film))
  is('asked again', (await patch(target, clip.length, '')).headers['kapok-asset'], first.asset_id)

  // the same film again is stored and encoded once
  answer = await ask('PUT', `/api/v1/uploads/files/${encodeURIComponent('又一次.mp4')}?title=${encodeURIComponent('又一次')}`, auth, clip)
  const again = JSON.parse(answer.body.toString())
  is('PUT', `${answer.status} ${again.asset_id}`, `201 ${first.asset_id}`)
  const course = JSON.parse((await ask('GET', `/api/v1/courses/${again.course_id}`, auth)).body.toString())
  is('its title', course.title, '又一次')

  // a lesson more and a PDF of that course, by a form
  const form = new FormData()
  form.append('course', again.course_id)
  form.append('file', new Blob([Buffer.concat([clip, Buffer.alloc(8)])], { type: 'video/mp4' }), '第二课.mp4')
  form.append('file', new Blob([`%PDF-1.4\n${'x'.repeat(5000)}`], { type: 'application/pdf' }), '教材.pdf')
  const sent = await fetch(`http://127.0.0.1:${port}/api/v1/uploads/files`, { method: 'POST', headers: auth, body: form })
  const made = (await sent.json()).items
  is('form', `${sent.status} ${made?.map(one => one.state)}`, '201 done,done')
  is('the PDF', (await ask('GET', `/api/v1/attachments/${made[1].attachment_id}/file`, auth)).body.length, 5009)
  const grown = JSON.parse((await ask('GET', `/api/v1/courses/${again.course_id}`, auth)).body.toString())
  is('two lessons', grown.lessons.length, 2)
  is('a form that is none', (await ask('POST', '/api/v1/uploads/files', auth, 'x')).status, 415)
  is('a program', (await ask('PUT', '/api/v1/uploads/files/film.mp4', auth, Buffer.from('MZ and more'))).status, 422)

  // length said later, termination
  answer = await ask('POST', '/api/v1/uploads', { ...resumable, 'Upload-Defer-Length': '1', 'Upload-Metadata': metadata(film) })
  const late = answer.headers.location
  is('defer-length', (await ask('HEAD', late, resumable)).headers['upload-defer-length'], '1')
  await patch(late, 0, clip.subarray(0, 5000))
  is('the length comes', (await patch(late, 5000, '', { 'Upload-Length': String(clip.length) })).headers['upload-offset'], '5000')
  is('but once', (await patch(late, 5000, '', { 'Upload-Length': '99999' })).status, 400)
  is('GET of the part', (await ask('GET', late, auth)).body.length, 5000)
  is('DELETE', (await ask('DELETE', late, resumable)).status, 204)
  is('then gone', `${await head(late)} ${(await ask('GET', late, auth)).status}`, '-404 404')
  is('its file too', existsSync(path.join(DATA, 'uploads', path.basename(late))), false)

  // put together
  const parts = []
  for (const [from, to] of [[0, 100_000], [100_000, clip.length]]) {
    answer = await create(to - from, { 'Upload-Concat': 'partial', ...offsetType }, {}, clip.subarray(from, to))
    parts.push(answer.headers.location)
  }
  is('parts become nothing by themselves', JSON.parse((await ask('GET', `${parts[0]}/status`, auth)).body.toString()).state, 'open')
  const half = await create(10, { 'Upload-Concat': 'partial' }, {})
  is('parts that are not whole', (await ask('POST', '/api/v1/uploads', { ...resumable, 'Upload-Concat': `final;${parts[0]} ${half.headers.location}` })).status, 409)
  answer = await ask('POST', '/api/v1/uploads', { ...resumable, 'Upload-Concat': `final;${parts.join(' ')}`, 'Upload-Metadata': metadata(film) })
  is('concatenation', `${answer.status} ${answer.headers['kapok-asset']}`, `201 ${first.asset_id}`)
  is('no PATCH of it', (await patch(answer.headers.location, clip.length, '')).status, 403)

  const leftOver = readdirSync(path.join(DATA, 'uploads')).filter(name => !name.endsWith('.mark') && name !== path.basename(half.headers.location))
  is('nothing is left of what is done', leftOver.join(), '')
  const metrics = (await ask('GET', '/metrics')).body.toString()
  is('metrics', Number(/^kapok_uploads_finished_total (.*)$/m.exec(metrics)[1]) >= 5, true)
}

// Two lines at one upload: a busy one keeps it, a silent one gives way.
async function twoWriters() {
  const clip = readFileSync(SOURCE)
  const target = (await create(clip.length)).headers.location
  const line = connect(port, '127.0.0.1')
  line.write(`PATCH ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${auth.Authorization}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n` +
    `Content-Type: application/offset+octet-stream\r\nContent-Length: ${clip.length}\r\n\r\n`)
  let sent = 0
  const feed = setInterval(() => { line.write(clip.subarray(sent, sent + 100)); sent += 100 }, 20)
  await until('the first line is at work', 10, async () => (await patch(target, 0, '')).status === 423)
  is('a second line meanwhile', 'locked', 'locked')
  clearInterval(feed)
  const before = sent
  await until('the silent line gives way', 20, async () => (await head(target)) === before)
  is('what the silent line had sent is kept', await head(target), before)
  let answer
  await until('the second line gets in', 20, async () => (answer = await patch(target, before, clip.subarray(before))).status !== 423)
  is('the second line goes on', answer.status, 204)
  line.destroy()
}

async function keepsLimits() {
  await stop('SIGTERM')
  await start('--min-free-space', '1000TiB')
  const answer = await create(5)
  is('no space', `${answer.status} ${code(answer)}`, '507 no_space')
  await stop('SIGTERM')
  await start('--quota-size', '2MiB', '--uploads-per-person', '1')
  const refused = await create(3 << 20, {}, { ...film, institution: '小学校' })
  is('quota', `${refused.status} ${code(refused)}`, '507 quota_exceeded')
  const clip = readFileSync(SOURCE)
  const [one, two] = [await create(clip.length), await create(clip.length)]
  const request = http.request({ host: '127.0.0.1', port, method: 'PATCH', path: one.headers.location,
    headers: { ...resumable, ...offsetType, 'Upload-Offset': '0', 'Content-Length': String(clip.length) } })
  request.on('error', () => {})
  const feed = setInterval(() => request.write(clip.subarray(0, 10)), 20)
  await until('one is under way', 10, async () => (await patch(one.headers.location, 0, '')).status === 423)
  is('one too many', (await patch(two.headers.location, 0, 'x')).status, 429)
  clearInterval(feed)
  // a stop in the middle keeps what came
  const status = await stop('SIGTERM')
  is('the server stops in good order', status, 0)
  request.destroy()
}

writeFileSync(path.join(WORK, 'token'), `${token}\n`)
const file = makeFile('large.mp4', bytes)
const hash = await hashOfFile(file)
await start()
try {
  if (process.env.ONLY !== 'cuts') {
    await keepsTheRules()
    await twoWriters()
  }
  await viaPython(file, hash)
  await viaJavaScript(file, hash)
  if (process.env.ONLY !== 'cuts') {
    await survivesKills(Number(process.env.KILLS || 5))
    await keepsLimits()
  }
} catch (error) {
  console.log(`not ok - ${error.stack}`)
  failures++
}
server.kill('SIGKILL')
agent.destroy()
process.exit(failures > 0 ? 1 : 0)
