// Signing in at an OpenID provider that others wrote: the whole way of a browser, with PKCE; then a provider whose answers are
// changed on their way, and browsers that bring what is not theirs. Environment: SERVER (kapok-server), DATA, WORK, PORT,
// PROVIDER_PORT; the client's secret is the first line of WORK/secret.
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { openSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const require = createRequire(path.join(process.env.KAPOK_NODE_MODULES, 'x.js'))
const { default: Provider } = await import(pathToFileURL(path.join(process.env.KAPOK_NODE_MODULES, 'oidc-provider/lib/index.js')))
const jose = require('jose')
const { SERVER, DATA, WORK, PORT, PROVIDER_PORT } = process.env
const base = `http://127.0.0.1:${PORT}`
const issuer = `http://127.0.0.1:${PROVIDER_PORT}`
const secret = readFileSync(path.join(WORK, 'secret'), 'utf8').split('\n')[0]
let failures = 0

function is(what, actual, expected) {
  if (actual === expected) return console.log(`ok - ${what}`)
  failures++
  console.log(`not ok - ${what}: got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`)
}

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

// --- the provider ---

function makeKey(kind, kid) {
  const { privateKey } = kind === 'RSA' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: kind === 'RSA' ? 'RS256' : 'ES256' }
}
const rsa = makeKey('RSA', 'rsa')
const ec = makeKey('EC', 'ec')
const stranger = makeKey('RSA', 'rsa')

const client = {
  client_id: 'kapok',
  client_secret: secret,
  redirect_uris: [`${base}/sign-in/oidc/callback`],
  grant_types: ['authorization_code'],
  response_types: ['code'],
}
const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys: [rsa, ec] },
  pkce: { required: () => true, methods: ['S256'] },
  cookies: { keys: ['a key of this test'] },
  claims: { openid: ['sub', 'amr'], profile: ['name', 'preferred_username'] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, name: `${id}同学`, preferred_username: id.split('@')[0] }) }),
})

// What is done to the answer with the tokens; null: nothing.
let change = null
const asked = []
provider.use(async (context, next) => {
  asked.push(context.path)
  await next()
  if (context.path === '/token' && context.body?.id_token && change) context.body.id_token = await change(context.body.id_token)
})
const listener = provider.listen(Number(PROVIDER_PORT), '127.0.0.1')

const sign = (claims, key, header = {}) =>
  jose.importJWK(key, key.alg).then(imported => new jose.SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(imported))
const signed = (edit, key = rsa, header) => token => sign({ ...jose.decodeJwt(token), ...edit }, key, header)
const now = () => Math.floor(Date.now() / 1000)

// --- a browser ---

class Browser {
  jars = new Map()

  async go(url, options = {}) {
    const { host } = new URL(url)
    const jar = this.jars.get(host) ?? new Map()
    this.jars.set(host, jar)
    const headers = { Accept: 'text/html', 'Accept-Language': 'zh-CN', Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '), ...options.headers }
    const answer = await fetch(url, { ...options, headers, redirect: 'manual' })
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';')
      const name = pair.slice(0, pair.indexOf('='))
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) jar.delete(name)
      else jar.set(name, pair.slice(name.length + 1))
    }
    return answer
  }

  // Begin here, sign in there, and stop at the address that leads back.
  async toProviderAndBack(login, next = '/account?from=oidc') {
    let answer = await this.go(`${base}/sign-in/oidc?next=${encodeURIComponent(next)}`)
    for (let turns = 0; turns < 20; turns++) {
      const location = answer.headers.get('location')
      if (location?.startsWith(`${base}/sign-in/oidc/callback`)) return location
      if (location) {
        answer = await this.go(new URL(location, issuer).href)
        continue
      }
      const page = await answer.text()
      const form = /action="([^"]+)"/.exec(page)
      if (!form) throw new Error(`no form in the provider's page (${answer.status}): ${page.replace(/<style>[^]*<\/style>/, "").slice(0, 900)}`)
      const prompt = /name="prompt" value="([^"]+)"/.exec(page)[1]
      const body = new URLSearchParams({ prompt, login, password: 'any' })
      answer = await this.go(new URL(form[1], issuer).href, { method: 'POST', body })
    }
    throw new Error('the provider does not lead back')
  }

  async session() {
    return (await this.go(`${base}/api/v1/session`, { headers: { Accept: 'application/json' } })).json()
  }
}

async function expectRefused(what, status, edit, key, header) {
  const browser = new Browser()
  change = typeof edit === 'function' ? edit : signed(edit, key, header)
  const answer = await browser.go(await browser.toProviderAndBack('mallory'))
  change = null
  is(`${what}: refused`, answer.status, status)
  is(`${what}: nobody is signed in`, (await browser.session()).person, null)
}

// --- the server ---

const log = openSync(path.join(WORK, 'server.log'), 'a')
const server = spawn(SERVER, ['--data', DATA, '--listen', `127.0.0.1:${PORT}`, '--oidc-issuer', issuer, '--oidc-client-id', 'kapok',
  '--oidc-client-secret-file', path.join(WORK, 'secret'), '--oidc-label', '大学统一认证'], { stdio: ['ignore', log, log], env: { ...process.env, no_proxy: '127.0.0.1' } })
const gone = new Promise(resolve => server.on('exit', (status, signal) => resolve(signal || status)))
for (let i = 0; i < 600 && !(await fetch(`${base}/healthz`).then(answer => answer.ok, () => false)); i++) await sleep(50)

try {
  // The whole way, twice: the account is made once.
  const browser = new Browser()
  is('the page is told of the provider', (await browser.session()).sign_in?.label, '大学统一认证')
  const back = await browser.toProviderAndBack('Wang@example')
  const answer = await browser.go(back)
  is('back again: on to where it began', `${answer.status} ${answer.headers.get('location')}`, '303 /account?from=oidc')
  const person = (await browser.session()).person
  is('signed in', person?.login, 'wang')
  is('with the name that the provider says', person?.name, 'Wang@example同学')
  is('and no rights', person?.roles.length, 0)
  is('the code is good once', (await browser.go(back)).status, 400)
  const again = new Browser()
  await again.go(await again.toProviderAndBack('Wang@example', '//elsewhere.example/'))
  is('the same account at the next time', (await again.session()).person?.id, person.id)
  const namesake = new Browser()
  const home = await namesake.go(await namesake.toProviderAndBack('wang@other', 'https://elsewhere.example/'))
  is('nothing leads to another site', home.headers.get('location'), '/')
  const second = (await namesake.session()).person
  is('a namesake has an account of their own', second && second.id !== person.id && second.login.startsWith('wang-'), true)

  // Keys: of the other kind, and new ones.
  change = signed({}, ec)
  const curved = new Browser()
  await curved.go(await curved.toProviderAndBack('li'))
  is('a token signed with ES256', (await curved.session()).person?.login, 'li')
  change = signed({ amr: ['pwd', 'mfa'] })
  const strong = new Browser()
  await strong.go(await strong.toProviderAndBack('zhao'))
  is('a second factor there counts', (await strong.session()).is_strong, true)
  change = null
  is('what the provider says of itself is asked once', asked.filter(url => url === '/.well-known/openid-configuration').length, 1)

  // Browsers that bring what is not theirs.
  const victim = new Browser()
  const stolen = await new Browser().toProviderAndBack('mallory')
  is('a code without a sign-in under way', (await victim.go(stolen)).status, 400)
  await victim.toProviderAndBack('zhou')
  is('a code of another browser', (await victim.go(stolen)).status, 400)
  const forged = new URL(await victim.toProviderAndBack('zhou'))
  forged.searchParams.set('state', 'a'.repeat(64))
  is('a forged state', (await victim.go(forged.href)).status, 400)
  const denied = new URL(await victim.toProviderAndBack('zhou'))
  denied.searchParams.delete('code')
  denied.searchParams.set('error', 'access_denied')
  is('a sign-in that was broken off', (await victim.go(denied.href)).status, 400)
  const mixed = new URL(await victim.toProviderAndBack('zhou'))
  mixed.searchParams.set('code', new URL(stolen).searchParams.get('code'))
  is("another's code with the own state: PKCE refuses", (await victim.go(mixed.href)).status, 400)
  is('nobody is signed in by all that', (await victim.session()).person, null)

  // Tokens that are not good.
  await expectRefused('a wrong nonce', 400, { nonce: 'another' })
  await expectRefused('a key of somebody else', 400, {}, stranger)
  await expectRefused('claims changed after signing', 400, token => {
    const [head, , mark] = token.split('.')
    return [head, Buffer.from(JSON.stringify({ ...jose.decodeJwt(token), sub: 'admin' })).toString('base64url'), mark].join('.')
  })
  await expectRefused('no signature', 400, token => new jose.UnsecuredJWT(jose.decodeJwt(token)).encode())
  await expectRefused('a shared secret for a signature', 400, token =>
    new jose.SignJWT(jose.decodeJwt(token)).setProtectedHeader({ alg: 'HS256', kid: 'rsa' }).sign(new TextEncoder().encode(JSON.stringify(rsa.n))))
  await expectRefused('expired', 400, { iat: now() - 600, exp: now() - 300 })
  await expectRefused('for another client', 400, { aud: 'other' })
  await expectRefused('of another issuer', 400, { iss: 'https://id.example' })
  await expectRefused('no token at all', 400, () => 'x')

  const metrics = await (await fetch(`${base}/metrics`)).text()
  const count = Number(/kapok_security_events_total\{event="sign_in_failed"\} (\d+)/.exec(metrics)[1])
  is('the security log heard of all', count >= 14, true)

  // The provider is gone.
  listener.closeAllConnections()
  await new Promise(resolve => listener.close(resolve))
  const late = new Browser()
  const there = (await late.go(`${base}/sign-in/oidc`)).headers.get('location')
  const state = new URL(there).searchParams.get('state')
  const without = await late.go(`${base}/sign-in/oidc/callback?code=abc&state=${state}`)
  is('a provider that does not answer: 502', without.status, 502)
  is('and a page that says so', (await without.text()).includes('统一身份认证服务'), true)
  is('others are served', (await fetch(`${base}/healthz`)).status, 200)
} catch (error) {
  failures++
  console.log(`not ok - ${error.stack}`)
}
server.kill('SIGTERM')
is('the server ends well', await gone, 0)
listener.closeAllConnections()
listener.close()
process.exit(failures > 0 ? 1 : 0)
