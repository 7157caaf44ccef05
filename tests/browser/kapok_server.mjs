// A real `kapok serve` on a free port with a data folder of its own, and `kapok ingest` into it.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, openSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = process.env.KAPOK_SOURCE ?? resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const PROGRAMS = process.env.KAPOK_BIN ?? process.env.KAPOK_BUILT_BIN ?? join(SOURCE, "build/bin");
const ENVIRONMENT = { ...process.env, LC_ALL: "C.UTF-8", LANG: "", LC_MESSAGES: "" };

export class KapokServer {
  /** Starts the server, with more settings if there are any, and waits until it is ready. */
  static async start(...settings) {
    const server = new KapokServer();
    server.folder = mkdtempSync(join(tmpdir(), "kapok-browser-"));
    server.data = join(server.folder, "data");
    server.base = `http://127.0.0.1:${await freePort()}`;
    server.log = join(server.folder, "serve.log");
    const log = openSync(server.log, "w");
    server.child = spawn(
      join(PROGRAMS, "kapok"),
      ["serve", "--data", server.data, "--listen", server.base.slice("http://".length), ...settings],
      { env: ENVIRONMENT, stdio: ["ignore", log, log] },
    );
    await server.ready();
    return server;
  }

  get program() {
    return join(PROGRAMS, "kapok");
  }

  /** Puts a file into the catalog and gives the id of its asset. `options` are those of `kapok ingest`. */
  ingest(file, ...options) {
    const result = spawnSync(join(PROGRAMS, "kapok"), ["ingest", "--data", this.data, ...options, file], {
      env: ENVIRONMENT,
      encoding: "utf8",
    });
    const id = result.stdout.split("\t")[0];
    if (!id) throw new Error(`kapok ingest ${file} gave no asset: ${result.stderr}`);
    return id;
  }

  /** Makes an account. */
  addPerson(login, password, ...options) {
    const result = spawnSync(join(PROGRAMS, "kapok"), ["person", "add", "--data", this.data, ...options, login], {
      env: ENVIRONMENT,
      encoding: "utf8",
      input: `${password}\n`,
    });
    if (result.status !== 0) throw new Error(`kapok person add ${login}: ${result.stderr}`);
  }

  async get(path) {
    const response = await fetch(this.base + path);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
    return response.json();
  }

  asset(id) {
    return this.get(`/api/v1/assets/${id}`);
  }

  /** The course whose only lesson has this asset: courses are listed with the poster of it. */
  async courseOf(title) {
    const { items } = await this.get("/api/v1/courses?limit=100");
    const course = items.find((item) => item.title === title);
    if (!course) throw new Error(`no course is called ${title}`);
    return course;
  }

  async waitForState(asset, ...states) {
    for (;;) {
      const now = await this.asset(asset);
      if (states.includes(now.state)) return now;
      if (now.state === "failed") throw new Error(`asset ${asset} failed: ${now.error}`);
      await new Promise((done) => setTimeout(done, 150));
    }
  }

  async stop() {
    if (this.child.exitCode === null) {
      const gone = new Promise((done) => this.child.once("exit", done));
      this.child.kill("SIGTERM");
      const timer = setTimeout(() => this.child.kill("SIGKILL"), 10000);
      await gone;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  lastLines() {
    return readFileSync(this.log, "utf8").split("\n").slice(-30).join("\n");
  }

  async ready() {
    for (let round = 0; round < 150; round += 1) {
      if (this.child.exitCode !== null) break;
      const isReady = await fetch(`${this.base}/healthz`).then(
        (response) => response.ok,
        () => false,
      );
      if (isReady) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`kapok serve did not become ready:\n${this.lastLines()}`);
  }
}

const OPENCV_DATA = "/usr/share/doc/opencv-doc/examples/data";

/** The sources of the lessons: a short one with sound, a longer one that takes a while to transcode, and one
 * without pictures. Clips of KAPOK_MEDIA where there are any, else those of Debian's opencv-doc. */
export function lessonSources(folder) {
  const media = process.env.KAPOK_MEDIA || join(SOURCE, "../shared/media");
  const clip = join(media, "animation-720p24.mp4");
  const audio = join(media, "audio-only.mov");
  const long = join(OPENCV_DATA, "vtest.avi");
  if (!existsSync(long)) throw new Error(`${long} is missing: apt-get install opencv-doc`);
  return {
    short: existsSync(clip) ? clip : join(OPENCV_DATA, "Megamind.avi"),
    long,
    audio: existsSync(audio) ? audio : madeAudio(folder),
  };
}

function madeAudio(folder) {
  const file = join(folder, "tone.wav");
  const made = spawnSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=10", file]);
  if (made.status !== 0) throw new Error("ffmpeg could not make a tone");
  return file;
}

function freePort() {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
