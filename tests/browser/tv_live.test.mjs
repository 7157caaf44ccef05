// Channels on the television page: watched and changed with arrow keys alone, the programme of a room, a channel that is not there.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchBrowser } from "./browser.mjs";
import { KapokServer } from "./kapok_server.mjs";
import { openScreen } from "./tv_remote.mjs";

const TOKEN = "a-token-for-the-channel-test";

let server;
let browser;
let channel;
let second;
let room;
let folder;

function make(name, ...options) {
  const file = join(folder, name);
  const made = spawnSync("ffmpeg", ["-nostdin", "-y", "-v", "error", ...options, file], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  return file;
}

async function send(method, path, body) {
  const headers = { Authorization: `Bearer ${TOKEN}`, "If-Match": "*", "Content-Type": "application/json" };
  const answer = await fetch(server.base + path, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kapok-channel-"));
  writeFileSync(join(folder, "token"), `${TOKEN}\n`);
  server = await KapokServer.start("--api-token-file", join(folder, "token"));
  browser = await launchBrowser();
  const pictures = (size, rate, seconds) => ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`];
  const sound = (seconds) => ["-f", "lavfi", "-i", `sine=duration=${seconds}`, "-c:a", "aac"];
  const h264 = ["-c:v", "libx264", "-preset", "veryfast"];
  const files = [
    make("small.mp4", ...pictures("320x180", "25", 14), ...sound(14), ...h264),
    make("large.mp4", ...pictures("640x360", "30000/1001", 12), ...sound(12), ...h264),
    make("silent.mp4", ...pictures("320x180", "10", 8), ...h264),
  ];
  const assets = files.map((file) => server.ingest(file));
  for (const asset of assets) await server.waitForState(asset, "ready");
  const { items } = await server.get("/api/v1/courses");
  channel = await send("POST", "/api/v1/channels", { title: "社区一台", number: 1 });
  await send("PUT", `/api/v1/channels/${channel.id}/schedule`, { filler: items.map(({ id }) => ({ course_id: id })) });
  second = await send("POST", "/api/v1/channels", { title: "社区二台", number: 2 });
  const [{ id: course_id }] = items;
  await send("PUT", `/api/v1/channels/${second.id}/schedule`, { entries: [{ days: [1, 2, 3, 4, 5, 6, 7], start: "00:00", end: "00:00", order: "loop", course_id }] });
  room = await send("POST", "/api/v1/rooms", { name: "东区活动室" });
  const programme = { title: "活动室节目", number: 3, visibility: "room", visible_to: room.id };
  const own = await send("POST", "/api/v1/channels", programme);
  await send("PUT", `/api/v1/channels/${own.id}/schedule`, { filler: [{ course_id }] });
});

after(async () => {
  await browser?.close();
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const PLAYS = () => {
  const video = document.querySelector("video");
  return video !== null && video.videoWidth > 0 && !video.paused && video.currentTime > 0.5;
};
const panel = (page, text) => page.locator(".watch .panel", { hasText: text }).waitFor();

test("a television watches channels with arrow keys, Enter and Back", async () => {
  await openScreen(browser, `${server.base}/tv`, async (remote, page) => {
    await page.locator("#channels-key").waitFor();
    await remote.is("newest:");
    await remote.until("ArrowUp", "top:");
    await remote.until("ArrowRight", "top:channels");
    await remote.press("Enter");
    await remote.is(`channel:${channel.id}`);
    assert.equal(await page.locator(".screen:not([hidden]) .lesson").count(), 2, "the room's is not for everybody");
    await remote.press("Enter");
    await remote.is("live");
    await remote.press("Enter");
    await remote.is("picture");
    await page.waitForFunction(PLAYS);
    await panel(page, "1 社区一台");
    await remote.press("ArrowUp");
    await page.waitForURL(new RegExp(`#/live/${second.id}$`));
    await remote.is("picture");
    await panel(page, "2 社区二台");
    await page.waitForFunction(PLAYS);
    await remote.press("ArrowDown");
    await page.waitForURL(new RegExp(`#/live/${channel.id}$`));
    await panel(page, "1 社区一台");
    await page.waitForFunction(PLAYS);
    await remote.press("ArrowDown"); // below the first comes the last
    await page.waitForURL(new RegExp(`#/live/${second.id}$`));
    await page.waitForFunction(PLAYS);
    await page.locator(".watch .panel").evaluate((node) => node.setAttribute("hidden", "")); // as after 8 s
    await remote.press("Enter"); // what is on?
    await panel(page, "2 社区二台");
    await remote.code(19); // what is live goes on
    await page.waitForFunction(PLAYS);
    await remote.code(461);
    await remote.is("live"); // of the channel that was opened: changing it leaves no trail
    assert.match(page.url(), new RegExp(`#/channel/${channel.id}$`));
    await remote.code(10009);
    await remote.is(`channel:${channel.id}`);
  });
});

test("a room's television shows the room's programme", async () => {
  const { code } = await send("POST", `/api/v1/rooms/${room.id}/code`);
  await openScreen(browser, `${server.base}/tv#/room`, async (remote, page) => {
    await remote.is("digit:1");
    await page.keyboard.type(code);
    await page.locator("#note", { hasText: "已进入：东区活动室" }).waitFor();
    await remote.is("newest:");
    await remote.until("ArrowUp", "top:");
    await remote.until("ArrowRight", "top:channels");
    await remote.press("Enter");
    await remote.is(`channel:${channel.id}`);
    await remote.press("ArrowDown", "ArrowDown", "Enter");
    await page.locator(".screen:not([hidden]) h2", { hasText: "3 活动室节目" }).waitFor();
    await remote.is("live");
    await remote.press("Enter");
    await remote.is("picture");
    await page.waitForFunction(PLAYS);
    await remote.press("Escape");
    await remote.is("live");
  });
});

test("a channel that is not there leads back", async () => {
  await openScreen(browser, `${server.base}/tv`, async (remote, page) => {
    await remote.is("newest:");
    await page.evaluate(() => (location.hash = "#/live/0000000000000"));
    await remote.is("retry");
    await remote.press("Enter");
    await remote.is("retry");
    await remote.press("ArrowRight");
    await remote.is("over-leave");
    await remote.press("Enter");
    await remote.is("newest:");
  }, { allowed: /status of 404/ });
});
