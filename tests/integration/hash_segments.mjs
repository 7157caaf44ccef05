// node hash_segments.mjs BASE ASSET: one line "PATH SHA256" for everything that is published of a lesson now.
import { createHash } from 'node:crypto';
import { fetchBytes, fetchLesson } from './hls_client.mjs';

const [base, asset] = process.argv.slice(2);
let lesson;
try {
  lesson = await fetchLesson(base, asset);
} catch (error) {
  if (/: 404$/.test(error.message)) process.exit(0); // nothing is published yet
  throw error;
}
const urls = new Set(lesson.renditions.flatMap((r) => r.segments.flatMap((s) => [s.mapUrl, s.url])));
for (const url of urls) {
  const { bytes } = await fetchBytes(url);
  console.log(new URL(url).pathname, createHash('sha256').update(bytes).digest('hex'));
}
