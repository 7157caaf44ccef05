// Search over HTTP on a million courses, and the same corpus and queries in groonga and PostgreSQL with pg_trgm.
// See tests/bench/README.md. Usage: node tests/bench/search.mjs --data DIR [--bin build/bin] [--peers groonga,postgres]
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    bin: { type: 'string', default: 'build/bin' },
    courses: { type: 'string', default: '1000000' },
    transcripts: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '10' },
    peers: { type: 'string', default: '' },
    parts: { type: 'string', default: 'library,http,writes' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help || !options.data) {
  console.log(`Usage: node tests/bench/search.mjs --data DIR [--bin DIR] [--courses N] [--transcripts N] [--rounds N]
                                   [--parts library,http,writes] [--peers groonga,postgres]
DIR is made with the corpus when it is not there (about 4 GB and a quarter of an hour for a million courses).`);
  process.exit(options.data ? 0 : 1);
}
const bench = join(options.bin, 'search_bench');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const port = 18000 + (process.pid % 2000);
const wants = (part) => options.parts.split(',').includes(part);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const percentile = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
const show = (list) => `${percentile(list, 0.5).toFixed(2)} | ${percentile(list, 0.99).toFixed(2)}`;

function get(path) {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const asked = request({ host: '127.0.0.1', port, path, agent }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => (body += part));
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve({ ms: Number(process.hrtime.bigint() - start) / 1e6, body })
          : reject(new Error(`${path}: ${answer.statusCode} ${body}`)),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

const classes = new Map();
function loadQueries() {
  for (const line of execFileSync(bench, ['queries'], { encoding: 'utf8' }).trim().split('\n')) {
    const [name, query] = line.split('\t');
    if (!classes.has(name)) classes.set(name, []);
    classes.get(name).push(query);
  }
}

async function startServer() {
  const start = Date.now();
  const child = spawn(join(options.bin, 'kapok-server'), ['--data', options.data, '--listen', `127.0.0.1:${port}`, '--log-level', 'warning'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (;;) {
    try {
      await get('/api/v1/courses?q=%E5%A4%AA%E6%9E%81');
      return { child, coldMs: Date.now() - start };
    } catch (error) {
      if (Date.now() - start > 60000) throw error;
      await sleep(5);
    }
  }
}

// Of all threads of a process so far; the kernel counts in hundredths of a second.
function processorMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

// Three kinds of times: `fresh` are those of texts that nobody has asked for, though they mean the same as one that was asked
// before: no result, page or answer of them is kept; `kept` of what was asked before; `first` of the very first time, when
// pages of the index and courses of the catalog have to be brought in as well.
async function timeClasses(pid, prefix, print) {
  const all = { kept: [], first: [], fresh: [] };
  let busyMs = 0;
  for (const [name, queries] of classes) {
    const times = { kept: [], first: [], fresh: [] };
    for (let round = -1; round < Number(options.rounds); round++)
      for (const query of queries) times[round >= 0 ? 'kept' : 'first'].push((await get(`${prefix}${encodeURIComponent(query)}`)).ms);
    busyMs -= processorMs(pid);
    for (let round = 0; round < Number(options.rounds); round++)
      for (const query of queries) times.fresh.push((await get(`${prefix}${encodeURIComponent(query + '!'.repeat(round + 1))}`)).ms);
    busyMs += processorMs(pid);
    for (const kind of Object.keys(all)) all[kind].push(...times[kind]);
    if (print) console.log(`| ${name} | ${show(times.fresh)} | ${show(times.kept)} | ${show(times.first)} |`);
  }
  if (print) console.log(`| all | ${show(all.fresh)} | ${show(all.kept)} | ${show(all.first)} |`);
  if (print) console.log(`\nprocessor time of the server for an answer of which nothing is kept: ${(busyMs / all.fresh.length).toFixed(2)} ms`);
  return all.fresh;
}

const memory = (pid) =>
  Object.fromEntries([...readFileSync(`/proc/${pid}/status`, 'utf8').matchAll(/(VmRSS|RssAnon|RssFile):\s+(\d+)/g)].map((m) => [m[1], Math.round(m[2] / 1024)]));

// Inserts through a connection of its own, as another process would: 200 courses a second in batches of 20.
function startWrites(seconds, perBatch = 20, pauseMs = 100) {
  const script = `.timeout 10000\nPRAGMA synchronous=NORMAL;\n`;
  const child = spawn('sqlite3', [join(options.data, 'catalog.sqlite3')], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.write(script);
  let written = 0;
  const timer = setInterval(() => {
    const rows = [];
    for (let i = 0; i < perBatch; i++) {
      const id = `w${Date.now().toString(36)}${(written++).toString(36)}`.padEnd(13, '0').slice(0, 13).replace(/[ilou]/g, 'x');
      rows.push(`('${id}', '书法新课${written}', '写入测试的课程', 'arts', 1, 1)`);
    }
    child.stdin.write(`INSERT OR IGNORE INTO course (id, title, summary, category, created_us, updated_us) VALUES ${rows.join(',')};\n`);
  }, pauseMs);
  return { written: () => written, stop: () => (clearInterval(timer), child.stdin.end()) };
}

async function measureFindable() {
  const times = [];
  for (let i = 0; i < 10; i++) {
    const word = `zqx${Date.now().toString(36)}`;
    const id = `f${Date.now().toString(36)}${i}`.padEnd(13, '0').slice(0, 13).replace(/[ilou]/g, 'x');
    execFileSync('sqlite3', ['-cmd', '.timeout 10000', join(options.data, 'catalog.sqlite3'), `INSERT INTO course (id, title, created_us, updated_us) VALUES ('${id}', '${word}', 1, 1)`]);
    const start = Date.now();
    while (JSON.parse((await get(`/api/v1/courses?q=${word}`)).body).total === 0) await sleep(5);
    times.push(Date.now() - start);
  }
  return times;
}

async function measureHttp() {
  const { child, coldMs } = await startServer();
  try {
    console.log(`\ncold start to first answer: ${coldMs} ms`);
    console.log('\n| over HTTP, top 20 with facets | p50 ms | p99 ms | asked before: p50 | p99 | the first time after the start: p50 | p99 |\n|---|---|---|---|---|---|---|');
    const idle = await timeClasses(child.pid, '/api/v1/courses?limit=20&q=', true);
    const typed = [];
    for (let round = 0; round < Number(options.rounds); round++)
      for (const query of classes.get('as typed')) typed.push((await get(`/api/v1/suggest?q=${encodeURIComponent(query)}`)).ms);
    console.log(`| suggestions | ${show(typed)} |`);
    console.log(`\nmemory of the server, MiB: ${JSON.stringify(memory(child.pid))}`);
    if (wants('writes')) {
      const findable = await measureFindable();
      console.log(`from publish to findable: p50 ${percentile(findable, 0.5)} ms, most ${percentile(findable, 1)} ms`);
      const writes = startWrites();
      const start = Date.now();
      const busy = await timeClasses(child.pid, '/api/v1/courses?limit=20&q=', false);
      writes.stop();
      const rate = (writes.written() * 1000) / (Date.now() - start);
      console.log(`while ${rate.toFixed(0)} courses a second are written: ${show(busy)}; p99 against idle: ${(percentile(busy, 0.99) / percentile(idle, 0.99)).toFixed(2)}`);
    }
    return idle;
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.on('exit', resolve));
  }
}

// groonga: TokenBigram over all texts in one index, as its users have it for Chinese; characters only, no pinyin.
function prepareGroonga(file) {
  const load = join(options.data, 'groonga.load');
  const lines = ['table_create C TABLE_HASH_KEY ShortText', 'column_create C title COLUMN_SCALAR Text', 'column_create C rest COLUMN_SCALAR Text', 'column_create C cues COLUMN_SCALAR Text', 'table_create T TABLE_PAT_KEY ShortText --default_tokenizer TokenBigram --normalizer NormalizerAuto', 'load --table C', '['];
  writeFileSync(load, lines.join('\n') + '\n');
  execFileSync('sh', ['-c', `awk -F'\\t' '{ gsub(/["\\\\]/, " "); printf "{\\"_key\\":\\"%s\\",\\"title\\":\\"%s\\",\\"rest\\":\\"%s %s %s %s\\",\\"cues\\":\\"%s\\"},\\n", $1, $2, $3, $4, $5, $6, $7 }' '${join(options.data, 'corpus.tsv')}' >> '${load}'`]);
  writeFileSync(load, ']\ncolumn_create T i COLUMN_INDEX|WITH_POSITION|WITH_SECTION C title,rest,cues\n', { flag: 'a' });
  spawnSync('sh', ['-c', `groonga -n '${file}' < '${load}' > /dev/null`], { stdio: 'inherit' });
  rmSync(load);
}

// Its cache of answers is off: it would answer all but the first round.
function measureGroonga() {
  const file = join(options.data, 'groonga', 'db');
  if (!existsSync(file)) {
    mkdirSync(join(options.data, 'groonga'), { recursive: true });
    prepareGroonga(file);
  }
  const byClass = new Map();
  const commands = [];
  for (let round = -1; round < 3; round++)
    for (const [name, queries] of classes)
      if (isHan(queries))
        for (const query of queries) {
          const words = query.split(' ').map((word) => `"${word}"`).join(' ');
          commands.push({ name, round, text: `select C --match_columns "title*10||rest*3||cues" --query '${words}' --sort_keys -_score --limit 20 --output_columns _key` });
        }
  const out = execFileSync('groonga', [file], { input: `cache_limit 0\n${commands.map((c) => c.text).join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 28 });
  out.trim().split('\n').slice(1).forEach((line, i) => {
    const { name, round } = commands[i];
    const ms = JSON.parse(line)[0][2] * 1000;
    if (round < 0) return;
    if (!byClass.has(name)) byClass.set(name, []);
    byClass.get(name).push(ms);
  });
  return byClass;
}
const isHan = (queries) => queries.every((query) => /^[\p{Script=Han} ]+$/u.test(query));

function measurePostgres() {
  const sql = (text, extra = []) => execFileSync('su', ['postgres', '-c', `psql -qAt ${extra.join(' ')} kapok_bench`], { input: text, encoding: 'utf8', maxBuffer: 1 << 28 });
  const has = execFileSync('su', ['postgres', '-c', "psql -qAtc \"SELECT 1 FROM pg_database WHERE datname = 'kapok_bench'\""], { encoding: 'utf8' }).trim();
  if (!has) {
    execFileSync('su', ['postgres', '-c', 'createdb -E UTF8 -T template0 kapok_bench']);
    sql(`CREATE EXTENSION pg_trgm; CREATE TABLE c (id text, title text, summary text, tags text, lecturer text, institution text, cues text);
\\copy c FROM '${join(options.data, 'corpus.tsv')}'
ALTER TABLE c ADD COLUMN body text GENERATED ALWAYS AS (title || ' ' || summary || ' ' || tags || ' ' || lecturer || ' ' || institution || ' ' || cues) STORED;
CREATE INDEX ON c USING gin (body gin_trgm_ops); ANALYZE c;`);
  }
  const byClass = new Map();
  for (const [name, queries] of classes) {
    if (!isHan(queries)) continue;
    const text = queries.map((query) => `SELECT id FROM c WHERE ${query.split(' ').map((word) => `body LIKE '%${word}%'`).join(' AND ')} LIMIT 20;`).join('\n');
    const count = queries.map((query) => `SELECT count(*) FROM c WHERE ${query.split(' ').map((word) => `body LIKE '%${word}%'`).join(' AND ')};`).join('\n');
    const out = sql(`SET statement_timeout = '20s';\n\\timing on\n${count}\n`);
    void text;
    byClass.set(name, [...out.matchAll(/Time: ([\d.]+) ms/g)].map((m) => Number(m[1])));
  }
  return byClass;
}

function printPeer(name, byClass) {
  console.log(`\n| ${name} | p50 ms | p99 ms |\n|---|---|---|`);
  for (const [row, times] of byClass) console.log(`| ${row} | ${show(times)} |`);
}

if (!existsSync(join(options.data, 'search', 'manifest'))) execFileSync(bench, ['generate', options.data, options.courses, options.transcripts], { stdio: 'inherit' });
loadQueries();
console.log(`${cpus().length} cores, ${cpus()[0].model}`);
if (wants('library')) process.stdout.write(execFileSync(bench, ['measure', options.data], { encoding: 'utf8' }));
if (wants('http')) await measureHttp();
if (options.peers.includes('groonga')) printPeer('groonga, select sorted by score, top 20, no facets', measureGroonga());
if (options.peers.includes('postgres')) printPeer('PostgreSQL pg_trgm, count(*) of LIKE', measurePostgres());
agent.destroy();
