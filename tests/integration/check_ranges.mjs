// node check_ranges.mjs URL: a file over HTTP is the same whole, by random ranges, by ranges side by side, and its tag, size
// and HEAD answer agree. Prints how many ranges were asked for.

const url = process.argv[2];
const whole = await fetch(url);
const bytes = Buffer.from(await whole.arrayBuffer());
const tag = whole.headers.get('etag');

function check(holds, what) {
  if (holds) return;
  console.log(what);
  process.exit(1);
}

async function range(text, headers = {}) {
  const response = await fetch(url, { headers: { Range: `bytes=${text}`, ...headers } });
  return { response, body: Buffer.from(await response.arrayBuffer()) };
}

async function checkRange(first, last) {
  const { response, body } = await range(`${first}-${last}`);
  const end = Math.min(last, bytes.length - 1);
  check(response.status === 206, `${first}-${last}: status ${response.status}`);
  check(response.headers.get('content-range') === `bytes ${first}-${end}/${bytes.length}`,
    `${first}-${last}: ${response.headers.get('content-range')}`);
  check(response.headers.get('etag') === tag, `${first}-${last}: another ETag`);
  check(body.equals(bytes.subarray(first, end + 1)), `${first}-${last}: other bytes`);
}

const head = await fetch(url, { method: 'HEAD' });
check(whole.status === 200 && tag !== null && !tag.startsWith('W/'), `status ${whole.status}, ETag ${tag}`);
check(Number(head.headers.get('content-length')) === bytes.length && head.headers.get('etag') === tag, 'HEAD differs');
check(head.headers.get('accept-ranges') === 'bytes', 'no byte ranges are offered');

// A generator of numbers that gives the same ones each time (Park and Miller).
let seed = 20191;
const random = (limit) => (seed = (seed * 48271) % 2147483647) % limit;
let asked = 0;
for (const size of [1, 2, 100, 4096, 70000, 300000])
  for (let i = 0; i < 20; i++, asked++) {
    const first = random(bytes.length);
    await checkRange(first, first + size - 1);
  }

const parts = [];
for (let at = 0; at < bytes.length; asked++) {
  const size = 1 + random(200000);
  parts.push((await range(`${at}-${at + size - 1}`)).body);
  at += size;
}
check(Buffer.concat(parts).equals(bytes), 'the parts together are another file');

const last = await range('-77');
check(last.response.status === 206 && last.body.equals(bytes.subarray(-77)), 'the last 77 bytes differ');
check((await range(`${bytes.length}-`)).response.status === 416, 'a range behind the end is answered');
const other = await range('0-9', { 'If-Range': '"another"' });
check(other.response.status === 200 && other.body.equals(bytes), 'If-Range of another file gives a part');
console.log(`${asked} ranges of ${bytes.length} bytes`);
