// Drives the editing API: what is sound goes through Prism (it answers 4xx or 5xx with its own problem documents when a
// request or an answer is not as openapi.yaml says), what is wrong goes to the server itself.
import assert from "node:assert/strict";
import { request } from "node:http";

const { TOKEN, ASSET, DIRECT, PROXY } = process.env;
const CITY = "510400000000";

async function call(base, method, path, { body, token = TOKEN, headers = {}, type = "application/json" } = {}) {
  const sent = { ...headers };
  if (token) sent.Authorization = `Bearer ${token}`;
  if (body !== undefined) sent["Content-Type"] = type;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await fetch(base + path, { method, headers: sent, body: body === undefined ? undefined : text });
  const content = await answer.text();
  const json = /[/+]json(;|$)/.test(answer.headers.get("content-type") ?? "") ? JSON.parse(content) : null;
  return { status: answer.status, etag: answer.headers.get("etag"), headers: answer.headers, json, content };
}

async function through(method, path, options, expected = 200) {
  const answer = await call(PROXY, method, path, options);
  assert.equal(answer.status, expected, `${method} ${path}: ${answer.content}`);
  assert.ok(!answer.json?.type?.includes("stoplight"), answer.content);
  return answer;
}

async function direct(method, path, options, expected, code) {
  const answer = await call(DIRECT, method, path, options);
  assert.equal(answer.status, expected, `${method} ${path}: ${answer.content}`);
  if (code) assert.equal(answer.json.code, code);
  return answer;
}

const edit = (etag, body) => ({ body, headers: { "If-Match": etag } });

async function testRecords() {
  const school = await through("POST", "/api/v1/institutions",
    { body: { name: "东区社区学院", division: "510402000000", kind: "college" } }, 201);
  assert.match(school.etag, /^"1-/);
  assert.equal(school.headers.get("location"), `/api/v1/institutions/${school.json.id}`);
  const lecturer = await through("POST", "/api/v1/lecturers",
    { body: { name: "甲", title: "教授", institution_id: school.json.id, bio: "一\n二" } }, 201);
  const room = await through("POST", "/api/v1/rooms",
    { body: { name: "一号活动室", division: CITY, institution_id: null } }, 201);
  for (const [path, made] of [["institutions", school], ["lecturers", lecturer], ["rooms", room]]) {
    const read = await through("GET", `/api/v1/${path}/${made.json.id}`, { token: null });
    assert.deepEqual(read.json, made.json);
    assert.equal(read.etag, made.etag);
    const page = await through("GET", `/api/v1/${path}?limit=1`, { token: null });
    assert.equal(page.json.items.length, 1);
  }
  const found = await through("GET", `/api/v1/lecturers?institution_id=${school.json.id}&q=${encodeURIComponent("甲")}`);
  assert.equal(found.json.items[0].id, lecturer.json.id);
  return { school, lecturer, room };
}

async function testVersions(room) {
  const path = `/api/v1/rooms/${room.json.id}`;
  const changed = await through("PATCH", path, edit(room.etag, { name: "二号活动室" }));
  assert.equal(changed.json.version, 2);
  await through("PATCH", path, edit(room.etag, { name: "三号活动室" }), 412);
  await direct("PATCH", path, { body: { name: "x" } }, 428, "precondition_required");
  await direct("DELETE", path, {}, 428, "precondition_required");
  await direct("PATCH", path, edit('W/"2-x"', { name: "x" }), 412, "precondition_failed");
  await direct("PATCH", path, edit("nonsense", { name: "x" }), 412, "precondition_failed");
  const listed = await through("PATCH", path, edit(`"1-old", ${changed.etag}`, { name: "四号活动室" }));
  assert.equal(listed.json.version, 3);
  const forced = await through("PATCH", path, { ...edit("*", { division: null }), type: "application/merge-patch+json" });
  assert.equal(forced.json.division, "");
  const same = await through("GET", path, { headers: { "If-None-Match": forced.etag } }, 304);
  assert.equal(same.content, "");
  await through("DELETE", path, { headers: { "If-Match": forced.etag } }, 204);
  await through("GET", path, {}, 404);
}

/* Of many editors that start from one version exactly one wins each round: nothing is overwritten silently. */
async function testConcurrentEditors(lecturer) {
  const path = `/api/v1/lecturers/${lecturer.json.id}`;
  let { etag, json } = await direct("GET", path, {}, 200);
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) =>
      call(DIRECT, "PATCH", path, edit(etag, { title: `第${round}轮 ${i}` }))));
    const won = answers.filter((answer) => answer.status === 200);
    assert.equal(won.length, 1);
    assert.ok(answers.every((answer) => answer.status === 200 || answer.status === 412));
    assert.equal(won[0].json.version, json.version + 1);
    ({ etag, json } = won[0]);
  }
}

async function testCourses({ school, lecturer }) {
  const made = await through("POST", "/api/v1/courses", {
    body: {
      title: " 书法 ", category: "arts", audiences: ["elders", "youth"], tags: ["毛笔"], division: "510402000000",
      institution_id: school.json.id, lecturer_ids: [lecturer.json.id], level: "beginner", licence: "cc-by", term: "2026 春季",
    },
  }, 201);
  const path = `/api/v1/courses/${made.json.id}`;
  assert.equal(made.json.title, "书法");
  assert.equal(made.json.status, "draft");
  assert.equal(made.json.institution, "东区社区学院");
  assert.deepEqual(made.json.lecturers, ["甲"]);
  assert.equal(made.json.division_name, "东区");
  await through("GET", path, { token: null }, 404);
  await through("GET", path, { token: "a-token-of-somebody-else" }, 404);
  const page = await through("GET", "/api/v1/courses?limit=100", { token: null });
  assert.ok(!page.content.includes(made.json.id));

  const lessons = await through("PUT", `${path}/lessons`, edit(made.etag, [{ asset_id: ASSET, title: "第一课" }]));
  assert.equal(lessons.json.lessons[0].title, "第一课");
  const lesson = lessons.json.lessons[0].id;
  await through("PUT", `${path}/lessons`, edit(made.etag, []), 412);
  const two = await through("PUT", `${path}/lessons`,
    edit(lessons.etag, [{ asset_id: ASSET, title: "序" }, { id: lesson }]));
  assert.deepEqual(two.json.lessons.map((each) => each.title), ["序", "第一课"]);
  await direct("PUT", `${path}/lessons`, edit("*", [{ id: lesson }, { id: lesson }]), 422, "invalid_field");
  await direct("PUT", `${path}/lessons`, edit("*", [{ id: 5 }]), 422, "invalid_field");
  await direct("PUT", `${path}/lessons`, edit("*", {}), 400, "bad_json");

  await direct("PATCH", path, edit("*", { status: "withdrawn" }), 409, "conflict");
  const published = await through("PATCH", path, edit("*", { status: "published" }));
  const seen = await through("GET", path, { token: null });
  assert.equal(seen.json.version, published.json.version);
  assert.equal(seen.json.visible_to, undefined);
  const link = await through("PATCH", path, edit("*", { visibility: "link" }));
  await through("GET", path, { token: null }, 404);
  await through("GET", `${path}?link=wrong`, { token: null }, 404);
  await through("GET", `${path}?link=${link.json.visible_to}`, { token: null });
  await through("DELETE", path, { headers: { "If-Match": "*" } }, 409);
  return { path, id: made.json.id };
}

async function testCollections({ id }) {
  const page = await through("GET", "/api/v1/courses?q=" + encodeURIComponent("太极"), { token: null });
  const open = page.json.items[0].id;
  const made = await through("POST", "/api/v1/collections",
    { body: { kind: "brand", title: "一地一特", division: CITY, course_ids: [id, open] } }, 201);
  assert.deepEqual(made.json.course_ids, [id, open]);
  const path = `/api/v1/collections/${made.json.id}`;
  const seen = await through("GET", path, { token: null });
  assert.deepEqual(seen.json.course_ids, [open], "hidden courses are not named");
  const listed = await through("GET", "/api/v1/collections?kind=brand", { token: null });
  assert.deepEqual(listed.json.items[0].course_ids, [open]);
  await through("DELETE", path, { headers: { "If-Match": made.etag } }, 204);
}

async function testDeletedCourse({ path, id }) {
  await through("PATCH", path, edit("*", { status: "withdrawn" }));
  await through("DELETE", path, { headers: { "If-Match": "*" } }, 204);
  await through("GET", path, {}, 404);
  await through("PATCH", path, edit("*", { title: "x" }), 404);
  const audit = await through("GET", `/api/v1/audit?kind=course&id=${id}&limit=500`);
  const actions = audit.json.items.map((entry) => entry.action);
  assert.equal(actions.at(-1), "create");
  assert.equal(actions[0], "delete");
  assert.equal(actions.filter((action) => action === "lessons").length, 2);
  assert.ok(audit.json.items.some((entry) => entry.changes.status?.[1] === "published"));
}

/* What is played becomes more popular; a device counts once. */
async function testPlays() {
  const make = async (title) => {
    const made = await direct("POST", "/api/v1/courses", { body: { title, status: "published" } }, 201);
    return `/api/v1/courses/${made.json.id}`;
  };
  const [quiet, played] = [await make("播放甲"), await make("播放乙")];
  const hidden = await direct("POST", "/api/v1/courses", { body: { title: "播放丙", status: "draft" } }, 201);
  for (let i = 0; i < 3; i++) await through("POST", `${played}/plays`, { token: null }, 204);
  await direct("POST", `/api/v1/courses/${hidden.json.id}/plays`, { token: null }, 404);
  await direct("POST", "/api/v1/courses/0000000000000/plays", { token: null }, 404);
  const first = async () =>
    (await direct("GET", "/api/v1/courses?q=%E6%92%AD%E6%94%BE&sort=popularity", { token: null }, 200)).json.items[0]?.id;
  const end = Date.now() + 60000;
  while ((await first()) !== played.split("/").at(-1) && Date.now() < end) await new Promise((done) => setTimeout(done, 200));
  assert.equal(await first(), played.split("/").at(-1));
  assert.notEqual(quiet, played);
}

async function testRepeats() {
  const headers = { "Idempotency-Key": "key-1" };
  const body = { name: "只建一次" };
  const answers = await Promise.all(Array.from({ length: 6 }, () =>
    call(DIRECT, "POST", "/api/v1/institutions", { body, headers })));
  assert.ok(answers.every((answer) => answer.status === 201));
  assert.equal(new Set(answers.map((answer) => answer.json.id)).size, 1);
  assert.equal(answers.filter((answer) => answer.headers.get("idempotent-replayed") === "true").length, 5);
  const path = `/api/v1/institutions/${answers[0].json.id}`;
  await direct("PATCH", path, edit("*", { name: "改了名" }), 200);
  const again = await direct("POST", "/api/v1/institutions", { body, headers }, 201);
  assert.equal(again.json.name, body.name, "the answer that was given, not the record as it is now");
  assert.equal(again.etag, answers.find((answer) => !answer.headers.get("idempotent-replayed")).etag);
  await direct("PATCH", path, edit("*", { name: body.name }), 200);
  await through("POST", "/api/v1/institutions", { body, headers }, 201);
  await direct("POST", "/api/v1/institutions", { body: { name: "别的" }, headers }, 422, "idempotency_key_reused");
  await direct("POST", "/api/v1/rooms", { body, headers }, 422, "idempotency_key_reused");
  await direct("POST", "/api/v1/institutions", { body }, 422, "invalid_field"); /* the name is taken */
}

async function testFields(lecturer) {
  const path = `/api/v1/lecturers/${lecturer.json.id}`;
  const some = await direct("GET", `${path}?fields=name,id`, {}, 200);
  assert.deepEqual(some.json, { name: "甲", id: lecturer.json.id });
  await through("PATCH", path, edit(some.etag, { title: "讲师" }));
  const page = await direct("GET", "/api/v1/institutions?fields=name", {}, 200);
  assert.deepEqual(Object.keys(page.json.items[0]), ["name"]);
  await direct("GET", `${path}?fields=name,nothing`, {}, 400, "bad_parameter");
}

async function testRefusals() {
  const paths = ["courses", "institutions", "lecturers", "rooms", "collections"];
  for (const path of paths)
    for (const token of [null, "", "a-token-of-somebody-else", TOKEN + "x", TOKEN.slice(1)])
      await direct("POST", `/api/v1/${path}`, { token, body: { name: "x" } }, 401, "sign_in");
  await direct("GET", "/api/v1/audit", { token: null }, 401, "sign_in");
  await direct("GET", "/api/v1/attachments", { token: null }, 401, "sign_in");
  await direct("PATCH", "/api/v1/courses/0000000000000", { token: null, ...edit("*", {}) }, 401, "sign_in");
  const cases = [
    ["", 400, "bad_json"], ["{", 400, "bad_json"], ["[]", 400, "bad_json"], ['{"name":"a","name":"b"}', 400, "bad_json"],
    ["{}", 422, "invalid_field"], ['{"name":5}', 422, "invalid_field"], ['{"name":"a","colour":"red"}', 422, "invalid_field"],
    ['{"name":"a","division":"510499000000"}', 422, "invalid_field"], ['{"name":"\\u0000"}', 400, "bad_json"],
    [JSON.stringify({ name: "x".repeat(201) }), 422, "invalid_field"],
    ["[".repeat(100000), 400, "bad_json"],
  ];
  for (const [body, status, code] of cases) await direct("POST", "/api/v1/rooms", { body }, status, code);
  const field = await direct("POST", "/api/v1/rooms", { body: { name: "" } }, 422, "invalid_field");
  assert.equal(field.json.detail, "name：不能为空");
  const english = await direct("POST", "/api/v1/rooms",
    { body: { name: "" }, headers: { "Accept-Language": "en" } }, 422, "invalid_field");
  assert.equal(english.json.detail, "name: it must not be empty");
  await direct("POST", "/api/v1/rooms", { body: "name=x", type: "application/x-www-form-urlencoded" }, 415, "media_type");
  await direct("POST", "/api/v1/rooms", { body: { name: "x".repeat(2 << 20) } }, 413, "content_too_large");
  await direct("PATCH", "/api/v1/rooms/nothing", edit("*", {}), 404, "not_found");
  await direct("GET", "/api/v1/rooms?cursor=x", {}, 400, "bad_parameter");
  await direct("GET", "/api/v1/rooms?limit=0", {}, 400, "bad_parameter");
}

async function testDivisions() {
  const cities = await through("GET", "/api/v1/divisions", { token: null });
  assert.deepEqual(cities.json.items.map((each) => each.code), [CITY]);
  const counties = await through("GET", `/api/v1/divisions?parent=${CITY}`, { token: null });
  assert.equal(counties.json.items.length, 5);
  const one = await through("GET", "/api/v1/divisions/510422000000", { token: null });
  assert.equal(one.json.name, "盐边县");
  await through("GET", "/api/v1/divisions/510499000000", { token: null }, 404);
}

async function testChannels() {
  const course = (await through("GET", "/api/v1/courses", { token: null })).json.items
    .find((each) => each.title === "太极拳");
  const made = await through("POST", "/api/v1/channels", { body: { title: "社区一台", number: 1, division: CITY } }, 201);
  const path = `/api/v1/channels/${made.json.id}`;
  await direct("POST", "/api/v1/channels", { body: { title: "又一台", number: 1 } }, 422, "invalid_field");
  const schedule = { entries: [{ days: [1, 2, 3, 4, 5, 6, 7], start: "08:00", end: "09:00", order: "loop",
    course_id: course.id }], filler: [] };
  await direct("PUT", `${path}/schedule`, { body: schedule }, 428);
  await direct("PUT", `${path}/schedule`, { body: schedule, token: null, headers: { "If-Match": "*" } }, 401);
  const wrong = await direct("PUT", `${path}/schedule`, edit("*", { entries: [{ ...schedule.entries[0], start: "8" }] }),
    422, "invalid_field");
  assert.match(wrong.json.detail, /entries\[0\]\.start/);
  const put = await through("PUT", `${path}/schedule`, edit(made.etag, schedule));
  assert.match(put.etag, /^"2-/);
  assert.ok(put.headers.get("kapok-in-force"));
  assert.deepEqual((await through("GET", `${path}/schedule`)).json, schedule);
  await through("PUT", `${path}/schedule`, edit(made.etag, { entries: [] }), 412);
  const one = await through("GET", path, { token: null });
  assert.equal(one.json.visible_to, undefined);
  assert.equal(one.json.stream, `/channels/${made.json.id}/live.m3u8`);
  const all = await through("GET", "/api/v1/channels", { token: null });
  assert.deepEqual(all.json.items.map((each) => each.number), [1]);

  const window = "from=2030-01-01T07:30:00&to=2030-01-01T09:30:00%2B08:00";
  const programme = (await through("GET", `${path}/programme?${window}`, { token: null })).json;
  assert.equal(programme.from, "2029-12-31T23:30:00Z");
  const lessons = programme.items.filter((each) => each.kind === "lesson");
  assert.ok(lessons.length > 1000, "a lesson of 2 s goes on for an hour");
  assert.equal(lessons[0].begin, "2030-01-01T00:00:00Z");
  assert.equal(lessons.at(-1).end, "2030-01-01T01:00:00Z");
  assert.equal(lessons[0].course_id, course.id);
  await direct("GET", `${path}/programme?from=today`, {}, 400, "bad_parameter");
  await direct("GET", `${path}/programme?from=2030-01-01T00:00:00Z&to=2030-02-01T00:00:00Z`, {}, 400, "bad_parameter");

  assert.deepEqual((await through("GET", "/api/v1/channel-problems")).json.items, []);
  const withdraw = await through("GET", `/api/v1/courses/${course.id}`);
  const gone = await through("PATCH", `/api/v1/courses/${course.id}`, edit(withdraw.etag, { status: "withdrawn" }));
  const problems = (await through("GET", "/api/v1/channel-problems")).json.items;
  assert.deepEqual(problems.map((each) => [each.channel_id, each.entry, each.reason]),
    [[made.json.id, 0, "not-published"]]);
  const metrics = await call(DIRECT, "GET", "/metrics");
  assert.ok(metrics.content.includes(`kapok_channel_lessons_unavailable{channel="${made.json.id}"} 1\n`));
  const replaced = (await through("GET", `${path}/programme?${window}`, { token: null })).json.items;
  assert.ok(replaced.every((each) => each.kind === "filler"));
  assert.equal(replaced.find((each) => each.replaces)?.reason, "not-published");
  await through("PATCH", `/api/v1/courses/${course.id}`, edit(gone.etag, { status: "published" }));

  const list = await through("GET", "/channels.m3u", { token: null });
  assert.match(list.content, /^#EXTM3U url-tvg="http:\/\/[^"]+\/channels\.xml"/);
  assert.match(list.content, /#EXTINF:-1 tvg-id="\w{13}" tvg-chno="1" tvg-name="社区一台"[^\n]* group-title="社区教育",社区一台\n/);
  const guide = await through("GET", "/channels.xml", { token: null });
  assert.match(guide.content, /<programme start="\d{8}080000 \+0800" stop="\d{8}080002 \+0800" channel="\w{13}">/);

  const hidden = await through("PATCH", path, edit("*", { visibility: "division", visible_to: CITY }));
  await direct("GET", path, { token: null }, 404, "not_found");
  await direct("GET", `${path}/programme`, { token: null }, 404, "not_found");
  assert.deepEqual((await through("GET", "/api/v1/channels", { token: null })).json.items, []);
  assert.ok(!(await through("GET", "/channels.m3u", { token: null })).content.includes("社区一台"));
  await through("DELETE", path, { headers: { "If-Match": hidden.etag } }, 204);
}

/* The answer to the head of a POST whose body does not come: a refused body is not read, and sending it would race with the
   closing of the line. */
function statusOfHead(path, length) {
  const headers = { Authorization: `Bearer ${TOKEN}`, "Content-Type": "text/csv", "Content-Length": length };
  return new Promise((resolve, reject) => {
    const asked = request(DIRECT + path, { method: "POST", headers }, (answer) => {
      resolve(answer.statusCode);
      answer.resume();
      asked.destroy();
    });
    asked.on("error", reject);
    asked.flushHeaders();
  });
}

/* A table becomes a job, the job a report; what went in comes out. */
async function ended(path) {
  const end = Date.now() + 60000;
  for (;;) {
    const now = await through("GET", path);
    if (!["waiting", "running"].includes(now.json.state) || Date.now() > end) return now.json;
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function testImport() {
  const table = "标题,状态,讲师姓名\n导入甲,published,导入讲师\n,draft,\n导入乙,draft,\n";
  const post = (query, body, headers = {}) =>
    through("POST", `/api/v1/imports?${query}`, { body, type: "text/csv", headers }, 202);
  const tried = await post("name=a.csv&dry_run=true", table);
  const dry = await ended(tried.headers.get("location"));
  assert.deepEqual([dry.state, dry.created, dry.failed, dry.rows_total, dry.rows_done], ["done", 2, 1, 3, 3]);
  assert.ok(!(await direct("GET", "/api/v1/export/courses.csv", {}, 200)).content.includes("导入甲"));
  const headers = { "Idempotency-Key": "import-1" };
  const [made, again] = [await post("name=a.csv", table, headers), await post("name=a.csv", table, headers)];
  assert.equal(made.json.id, again.json.id);
  assert.equal(again.headers.get("idempotent-replayed"), "true");
  const path = made.headers.get("location");
  const done = await ended(path);
  assert.deepEqual([done.state, done.created, done.failed, done.error], ["done", 2, 1, null]);
  const rows = await through("GET", `${path}/rows?limit=2`);
  assert.equal(rows.json.next, 3);
  assert.deepEqual(rows.json.items[1],
    { line: 3, result: "failed", kind: "course", id: null, title: "", message: "title：不能为空" });
  assert.equal((await through("GET", `/api/v1/courses/${rows.json.items[0].id}`)).json.title, "导入甲");
  const rest = await through("GET", `${path}/rows?limit=2&after=3`);
  assert.deepEqual([rest.json.items.length, rest.json.next], [1, null]);
  const failed = await through("GET", `${path}/rows?failed=true`, { headers: { "Accept-Language": "en" } });
  assert.deepEqual(failed.json.items.map((row) => row.message), ["title: it must not be empty"]);
  const report = await direct("GET", `${path}/report.csv`, {}, 200);
  assert.equal(report.headers.get("content-disposition"), `attachment; filename="import-${made.json.id}.csv"`);
  assert.equal(report.content.trim().split("\r\n").length, 4);
  assert.ok(report.content.includes("3,有错,course,,,title：不能为空"));
  const lines = (await direct("GET", "/api/v1/export.jsonl", {}, 200)).content.trim().split("\n").map(JSON.parse);
  assert.ok(lines.some((line) => line.kind_of === "course" && line.title === "导入甲"));
  assert.equal(lines.filter((line) => line.kind_of === "lecturer" && line.name === "导入讲师").length, 1);
  assert.ok(lines.some((line) => line.kind_of === "lesson" && line.asset_id === ASSET));
  const broken = await post("name=a.csv", "title,colour\n");
  const refused = await ended(broken.headers.get("location"));
  assert.deepEqual([refused.state, refused.error], ["failed", "第一行的“colour”不是字段"]);
  assert.equal((await through("GET", "/api/v1/imports")).json.items.length, 3);
  await through("DELETE", path, {}, 204);
  await through("GET", path, {}, 404);
  await direct("POST", "/api/v1/imports", { body: "x", type: "image/png" }, 415, "media_type");
  await direct("POST", "/api/v1/imports?name=a.csv&kind=attachments", { body: "x", type: "text/csv" }, 400, "bad_parameter");
  await direct("POST", "/api/v1/imports?name=a.csv&dry_run=1", { body: "x", type: "text/csv" }, 400, "bad_parameter");
  await direct("POST", "/api/v1/imports?name=a.csv&institution_id=0000000000000", { body: "x", type: "text/csv" }, 400, "bad_parameter");
  assert.equal(await statusOfHead("/api/v1/imports?name=a.csv", (64 << 20) + 1), 413);
  for (const each of ["imports", "imports/0000000000000/rows", "export.jsonl", "export/courses.csv"])
    await direct("GET", `/api/v1/${each}`, { token: null }, 401, "sign_in");
  await direct("POST", "/api/v1/imports?name=a.csv", { token: null, body: "x", type: "text/csv" }, 401, "sign_in");
  await direct("GET", "/api/v1/export/cats.csv", {}, 404, "not_found");
}

async function testReading() {
  for (const path of ["/healthz", "/api/v1/courses", `/api/v1/assets/${ASSET}`])
    await through("GET", path, { token: null });
}

/* A picture of 160x90 as far as its header goes. */
const POSTER = Buffer.from("ffd8ffc000110800" + "5a00a0" + "03012200021101031101" + "ffda000c03010002110311003f0000", "hex");

/* What stands beside the media: the lesson may still be under way, but it must have been looked at. */
async function testStudio() {
  const base = `/api/v1/assets/${ASSET}`;
  let asset;
  for (let round = 0; round < 600 && !asset?.duration; round++) {
    await new Promise((done) => setTimeout(done, 100));
    asset = (await direct("GET", base, {}, 200)).json;
  }
  const srt = "1\n00:00:00,500 --> 00:00:01,500\n起势\n";
  const given = await through("PUT", `${base}/captions/zh-cn`,
    { body: srt, type: "application/x-subrip", headers: { "If-None-Match": "*" } });
  assert.deepEqual(given.json, { language: "zh-CN", cues: 1, encoding: "UTF-8" });
  const read = await through("GET", `${base}/captions/zh-CN`);
  assert.equal(read.etag, given.etag);
  await through("GET", `${base}/captions/zh-CN`, { headers: { "If-None-Match": read.etag } }, 304);
  await through("PUT", `${base}/captions/zh-CN`, { body: read.content, type: "text/vtt", headers: { "If-Match": '"0123456789abcdef"' } }, 412);
  await through("DELETE", `${base}/captions/zh-CN`, { headers: { "If-Match": read.etag } }, 204);
  const chapters = await through("GET", `${base}/chapters`);
  const put = await through("PUT", `${base}/chapters`, edit(chapters.etag, [{ start: 0.5, title: "起势" }]));
  assert.deepEqual(put.json, { own: true, items: [{ start: 0.5, title: "起势" }] });
  await through("PUT", `${base}/chapters`, edit(chapters.etag, []), 412);
  await direct("PUT", `${base}/chapters`, edit("*", [{ start: 99, title: "起势" }]), 422, "invalid_field");
  const poster = await fetch(DIRECT + `${base}/poster`,
    { method: "PUT", body: POSTER, headers: { Authorization: `Bearer ${TOKEN}`, "Content-Type": "image/jpeg" } });
  assert.equal(poster.status, 204);
  const list = await through("GET", "/api/v1/studio/courses?limit=1");
  assert.deepEqual(list.json.items[0].rights, ["upload", "edit", "publish"]);
  await direct("GET", "/api/v1/studio/courses", { token: null }, 401, "sign_in");
}

/** What /admin asks for. */
async function testDesk() {
  const overview = (await through("GET", "/api/v1/overview")).json;
  assert.ok(overview.machine.free_bytes > 0);
  const jobs = (await through("GET", `/api/v1/jobs?limit=1&q=${encodeURIComponent("太极")}`)).json;
  assert.equal(jobs.items[0].asset, ASSET);
  await through("GET", "/api/v1/jobs?state=failed");
  for (let round = 0; round < 600 && (await direct("GET", "/api/v1/jobs?state=ready", {}, 200)).json.items.length === 0; round++)
    await new Promise((done) => setTimeout(done, 100));
  for (const action of ["retry", "cancel", "pause", "raise"]) await through("POST", `/api/v1/jobs/${ASSET}/${action}`, {}, 409);
  await through("POST", `/api/v1/jobs/${ASSET}/resume`, {}, 204); // nothing to resume
  const storage = (await through("GET", "/api/v1/storage?limit=5")).json;
  assert.equal(storage.items[0].institution, "社区大学");
  await direct("GET", "/api/v1/storage?cursor=x", {}, 400, "bad_parameter");
  const made = await through("POST", "/api/v1/courses", { body: { title: "送审的课" } }, 201);
  const path = `/api/v1/courses/${made.json.id}`;
  await through("POST", `${path}/reviews`, edit(made.etag, { decision: "approve" }), 409);
  const sent = await through("PATCH", path, edit(made.etag, { status: "review" }));
  await through("POST", `${path}/reviews`, edit(made.etag, { decision: "approve" }), 412);
  const back = await through("POST", `${path}/reviews`, edit(sent.etag, { decision: "return", remark: "缺封面" }));
  assert.equal(back.json.status, "draft");
  assert.equal((await through("GET", `${path}/reviews`)).json.items[0].remark, "缺封面");
  const person = (await through("POST", "/api/v1/people", { body: { login: "somebody", name: "某人" } }, 201)).json;
  assert.equal((await through("GET", "/api/v1/people?q=some")).json.items[0].id, person.id);
  await through("DELETE", `/api/v1/people/${person.id}/credentials`, {}, 204);
  const log = (await through("GET", `/api/v1/audit?kind=asset&action=resume&actor=${encodeURIComponent("api:administrator")}&since=2026-01-01T00:00:00Z`)).json;
  assert.equal(log.items[0].record_id, ASSET);
  await direct("GET", "/api/v1/audit?since=yesterday", {}, 400, "bad_parameter");
}

const records = await testRecords();
await testVersions(records.room);
await testConcurrentEditors(records.lecturer);
const course = await testCourses(records);
await testCollections(course);
await testDeletedCourse(course);
await testRepeats();
await testPlays();
await testFields(records.lecturer);
await testRefusals();
await testDivisions();
await testChannels();
await testImport();
await testReading();
await testStudio();
await testDesk();
await direct("DELETE", `/api/v1/institutions/${records.school.json.id}`, { headers: { "If-Match": "*" } }, 409, "conflict");
console.log("# the whole API");
