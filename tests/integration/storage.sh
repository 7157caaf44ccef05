#!/usr/bin/env bash
# Storage care on the running server: backup under load and its restore, the deep check, garbage collection, quotas.
source "$(dirname "$0")/lib.sh"

# run_kapok ARGUMENT...: sets STATUS, OUT and ERR.
run_kapok() {
  STATUS=0
  "$KAPOK" "$@" >"$WORK/out" 2>"$WORK/err" || STATUS=$?
  OUT=$(cat "$WORK/out")
  ERR=$(cat "$WORK/err")
}
count_files() { find "$1" -type f | wc -l; }

clip=$WORK/课.mp4
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=14 -f lavfi -i sine=duration=14 \
  -c:v libx264 -preset ultrafast -c:a aac "$clip"
printf 'WEBVTT\n\n00:00.000 --> 00:02.000\n你好\n' >"$WORK/课.zh-CN.vtt"
backup=$WORK/backup
restored=$WORK/restored

# --- backups while lessons come in, are transcoded and are read ---
start_serve --workers 1 --span-duration 6s
first=$("$KAPOK" ingest --data "$DATA" --wait --title 太极拳 --institution 社区大学 "$clip" | cut -f1)
(
  for i in $(seq 8); do "$KAPOK" ingest --data "$DATA" --title "课 $i" --institution 西区社区学院 "$clip"; done
) >"$WORK/ingested" 2>&1 &
ingesting=$!
(
  while [ ! -e "$WORK/enough" ]; do curl -fs -o /dev/null --max-time 5 "$BASE/api/v1/courses?limit=20" || echo bad; done
) >"$WORK/reading" &
reading=$!
run_kapok backup --data "$DATA" "$backup"
is "a backup under load" "$STATUS" 0
has "it says what it has" "$OUT" "备份 20"
wait "$ingesting" || wrong "ingest beside a backup failed: $(cat "$WORK/ingested")"
run_kapok backup --data "$DATA" --copy --verify "$backup"
is "another one, verified" "$STATUS" 0
touch "$WORK/enough"
wait "$reading"
is "no reader was refused" "$(cat "$WORK/reading")" ""
run_kapok restore --list "$backup"
is "both are listed" "$(wc -l <"$WORK/out")" 2
newest=$(tail -n 1 "$WORK/out")
if (cd "$backup" && sha256sum --quiet --strict -c "snapshots/$newest/SHA256SUMS"); then
  ok "sha256sum agrees"
else
  wrong "sha256sum finds damage"
fi
node_tool hash_segments.mjs "$BASE" "$first" | sort >"$WORK/segments"
lessons=$(sqlite3 -readonly "file:$backup/snapshots/$newest/catalog.sqlite3?immutable=1" "SELECT count(*) FROM lesson")
is "the lessons of that moment are in it" "$lessons" 9
stop_serve

# --- the way back ---
run_kapok restore --data "$DATA" "$backup"
is "a restore over a catalog is refused" "$STATUS" 1
run_kapok restore --data "$restored" "$backup"
is "restore" "$STATUS" 0
run_kapok check --data "$restored" --deep
is "the deep check of what was restored" "$STATUS" 0
has "it says so" "$OUT" 完好
original=$DATA
DATA=$restored
start_serve --workers 1 --span-duration 6s
for asset_id in $(sql "SELECT id FROM asset"); do
  is "lesson $asset_id is or becomes whole" "$(wait_for_state "$asset_id" 200 ready failed)" ready
done
is "the first lesson's segments are the same, byte for byte" \
  "$(node_tool hash_segments.mjs "$BASE" "$first" | sort | comm -3 - "$WORK/segments")" ""
stop_serve
is "every span has its checksum" \
  "$(sql "SELECT count(*) FROM span JOIN stored_file USING (blob_key) WHERE checksum IS NULL")" 0

# --- the check finds what is wrong ---
run_kapok check --data "$DATA"
is "check" "$STATUS" 0
span=$(sql "SELECT blob_key FROM span LIMIT 1")
source_key=$(sql "SELECT source_key FROM asset LIMIT 1")
printf 'XXXX' | dd of="$DATA/objects/$span" bs=1 seek=100 conv=notrunc status=none
run_kapok check --data "$DATA"
is "changed bytes are not seen by the quick check" "$STATUS" 0
run_kapok check --data "$DATA" --deep
is "they are by the deep one" "$STATUS" 1
has "it names the file" "$OUT" "文件内容被改变	$span"
run_kapok backup --data "$DATA" "$WORK/other"
is "a backup of it has links only, and does not look" "$STATUS" 0
run_kapok backup --data "$DATA" --verify "$WORK/another"
is "a verified one tells" "$STATUS" 1
has "which file is damaged" "$ERR" "$span"
rm "$DATA/objects/$source_key"
echo more >>"$DATA/objects/$(sql "SELECT blob_key FROM caption LIMIT 1")"
STATUS=0
LC_ALL=en_US.UTF-8 "$KAPOK" check --data "$DATA" >"$WORK/out" || STATUS=$?
is "check of a folder with a missing and a longer file" "$STATUS" 1
has "the missing file" "$(cat "$WORK/out")" "missing file	$source_key"
has "the longer file" "$(cat "$WORK/out")" "file of another length	asset/"
has "how many" "$(cat "$WORK/out")" "2 problems found"
cp "$original/objects/$source_key" "$DATA/objects/$source_key"

# --- garbage collection ---
stray=source/0123456789abc
echo stray >"$DATA/objects/$stray"
run_kapok gc --data "$DATA"
is "gc" "$STATUS" 0
has "what is young stays" "$OUT" "宽限期的文件 1 个"
run_kapok gc --data "$DATA" --grace 0 --dry-run
has "a dry run tells" "$OUT" "可以删除	$stray"
if [ -e "$DATA/objects/$stray" ]; then ok "and removes nothing"; else wrong "a dry run removed a file"; fi
before=$(count_files "$DATA/objects")
run_kapok gc --data "$DATA" --grace 0
is "gc without grace removes one file" "$((before - $(count_files "$DATA/objects")))" 1
sqlite3 "$DATA/catalog.sqlite3" "PRAGMA foreign_keys = ON; DELETE FROM lesson WHERE asset_id = '$first'"
run_kapok gc --data "$DATA" --grace 0
has "media of a deleted lesson go" "$OUT" "已删除	source/$first"
is "nothing of it is left" "$(find "$DATA/objects" -path "*$first*" | wc -l)" 0

# --- quotas ---
run_kapok quota --data "$DATA"
is "quota" "$STATUS" 0
has "it lists institutions" "$OUT" 西区社区学院
run_kapok quota --data "$DATA" --lessons 8 西区社区学院
has "a limit is set" "$OUT" "8 / 8 *"
run_kapok ingest --data "$DATA" --institution 西区社区学院 "$clip"
is "one lesson too many" "$STATUS" 1
has "it says why" "$ERR" "课时数已到配额"
run_kapok ingest --data "$DATA" --institution 新学校 --quota-size 1K "$clip"
is "too large for the default" "$STATUS" 1
has "it says what is used" "$ERR" "上限 1.0 kB"
run_kapok quota --data "$DATA" --size 10GB 新学校
run_kapok ingest --data "$DATA" --institution 新学校 --quota-size 1K "$clip"
is "its own limit goes before" "$STATUS" 0
run_kapok quota --data "$DATA" --size lots 新学校
is "a size that is none" "$STATUS" 1
run_kapok quota --data "$DATA" 新学校
is "a name without a limit" "$STATUS" 2

# --- the demonstration ---
DATA=$WORK/demo
run_kapok demo --data "$DATA" --media "$clip"
is "demo" "$STATUS" 0
courses=$(grep -c . "$KAPOK_SOURCE/config/demo/courses.jsonl")
has "all courses of the file" "$OUT" "新增课程 $courses 门"
run_kapok demo --data "$DATA"
has "once only" "$OUT" "新增课程 0 门，已有 $courses 门"
start_serve --workers 1
for _ in $(seq 150); do # the search index follows the catalog
  curl -fsS --max-time 10 "$BASE/api/v1/courses?limit=1" >"$WORK/answer"
  [ "$(jq .total "$WORK/answer")" -le "$courses" ] || break
  sleep 0.2
done
is "they are published" "$(jq .total "$WORK/answer")" "$((courses + 1))" # the media has a course of its own
is "in nine categories" "$(jq '.facets.category | length' "$WORK/answer")" 9
is "each plays" "$(sql "SELECT count(DISTINCT course_id) FROM lesson")" "$((courses + 1))"
is "each belongs to an institution of its division" "$(sql "SELECT count(*) FROM course JOIN institution
  ON institution.id = institution_id AND institution.division = course.division")" "$courses"
stop_serve
printf '{"title":"一"}\n{"title":\n' >"$WORK/bad.jsonl"
run_kapok demo --data "$DATA" --courses "$WORK/bad.jsonl"
is "a file that cannot be read" "$STATUS" 1
has "the line is named" "$ERR" "bad.jsonl"
finish
