// Lighthouse's figures of the home and of a course: mobile simulation on loopback, Debian's chromium, a real server with a
// real lesson. See tests/bench/README.md. Usage: node tests/bench/lighthouse.mjs [--bin build/bin] [--runs 3]
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, sleep } from './loopback.mjs';
import { KapokService, until } from './kapok_service.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    bin: { type: 'string', default: 'build/bin' },
    runs: { type: 'string', default: '3' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    packages: { type: 'string', default: 'build/lighthouse' },
    findings: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(`Usage: node tests/bench/lighthouse.mjs [--bin DIR] [--runs N] [--findings] [--packages DIR] [--chromium FILE]
--findings tells what Lighthouse marks down. --packages is where Lighthouse is installed, once.`);
  process.exit(0);
}

/** The aims of the project. */
const AIMS = { performance: 95, accessibility: 100, 'best-practices': 100, seo: 100 };
const FIRST_PAINT_AIM_MS = 1000;
const LESSON = ['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=25:duration=20', '-f', 'lavfi', '-i', 'sine=duration=20'];
const SWITCHES = ['--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

function installed() {
  const folder = path.resolve(options.packages);
  if (!existsSync(path.join(folder, 'node_modules/lighthouse'))) {
    const script = path.resolve(HERE, '../../cmake/NpmInstall.cmake');
    const settings = [`-DSOURCE=${path.join(HERE, 'lighthouse')}`, `-DSTAGE=${folder}`, `-DSTAMP=${folder}/stamp`];
    execFileSync('cmake', [...settings, '-P', script], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return createRequire(path.join(folder, 'x.js')).resolve('lighthouse');
}

/** Chromium with a profile of its own; `end` ends it. */
async function startChromium(folder) {
  const port = await freePort();
  const isRoot = process.getuid?.() === 0;
  const switches = [...SWITCHES, ...(isRoot ? ['--no-sandbox'] : []), `--remote-debugging-port=${port}`, `--user-data-dir=${folder}`];
  const child = spawn(options.chromium, [...switches, 'about:blank'], { stdio: 'ignore' });
  await until('chromium', 100, () => fetch(`http://127.0.0.1:${port}/json/version`).then((answer) => answer.ok, () => false));
  const end = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await Promise.race([gone, sleep(10_000)]);
  };
  return { port, end };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const percent = (score) => (score === null ? NaN : Math.round(score * 100));

function findingsOf(report) {
  const lines = [];
  for (const category of Object.values(report.categories)) {
    for (const { id, weight } of category.auditRefs) {
      const audit = report.audits[id];
      if (weight > 0 && audit.score !== null && audit.score < 0.9) lines.push(`  ${category.id}: ${audit.title} ${audit.displayValue ?? ''}`);
    }
  }
  return [...new Set(lines)];
}

const folder = mkdtempSync(path.join(tmpdir(), 'kapok-lighthouse-'));
const { default: lighthouse } = await import(pathToFileURL(installed()).href);
const service = await KapokService.start(options.bin, folder);
const browser = await startChromium(path.join(folder, 'profile'));
let isKept = true;
try {
  const source = path.join(folder, 'lesson.mp4');
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...LESSON, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', source]);
  execFileSync(service.kapok, ['ingest', '--data', service.data, '--wait', '--title', '太极拳入门', '--category', 'sports', source]);
  const course = await until('the course', 200, async () => JSON.parse((await service.get('/api/v1/courses')) ?? '{"items":[]}').items[0]);
  const names = Object.keys(AIMS);
  console.log(`| page | ${names.join(' | ')} | first contentful paint | largest | blocked |`);
  console.log(`|---|${'---|'.repeat(names.length + 3)}`);
  for (const [name, address] of [['home', '/'], ['course', `/course/${course.id}`]]) {
    const reports = [];
    for (let run = 0; run < Number(options.runs); run += 1) {
      const { lhr } = await lighthouse(service.origin + address, { port: browser.port, output: 'json', logLevel: 'error', onlyCategories: names });
      reports.push(lhr);
    }
    const scores = names.map((category) => median(reports.map((report) => percent(report.categories[category].score))));
    const time = (audit) => median(reports.map((report) => report.audits[audit].numericValue));
    const paint = time('first-contentful-paint');
    const isMet = names.every((category, index) => scores[index] >= AIMS[category]) && paint < FIRST_PAINT_AIM_MS;
    isKept = isKept && isMet;
    const times = [paint, time('largest-contentful-paint'), time('total-blocking-time')].map((ms) => `${Math.round(ms)} ms`);
    console.log(`| ${name}${isMet ? '' : ' (short of the aims)'} | ${[...scores, ...times].join(' | ')} |`);
    if (options.findings) console.log(findingsOf(reports[0]).join('\n'));
  }
} finally {
  await browser.end();
  await service.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`Aims: ${Object.entries(AIMS).map(([category, aim]) => `${category} ${aim}`).join(', ')}, first paint under ${FIRST_PAINT_AIM_MS} ms (medians of ${options.runs}).`);
process.exit(isKept ? 0 : 1);
