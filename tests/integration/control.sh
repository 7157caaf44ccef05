#!/usr/bin/env bash
# An operator's hand: pause, resume, cancel, retry; a lesson's source replaced while somebody watches; a new lesson and
# a sought part that do not wait behind a long one; a disk that is nearly full.
source "$(dirname "$0")/lib.sh"

# run_kapok ARGUMENT...: sets STATUS, OUT and ERR.
run_kapok() {
  STATUS=0
  "$KAPOK" "$@" >"$WORK/out" 2>"$WORK/err" || STATUS=$?
  OUT=$(cat "$WORK/out")
  ERR=$(cat "$WORK/err")
}

# pids of children that encode or decode
children_at_work() {
  local pid words
  for pid in $(tree_of "$SERVE_PID"); do
    words=()
    mapfile -d '' -t words 2>/dev/null <"/proc/$pid/cmdline" || true
    if [ "${words[0]:-}" = kapok-transcoder ] && [ "${words[1]:-}" = child ]; then echo "$pid"; fi
  done
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

long=$WORK/long.mp4
short=$WORK/short.mp4
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=1280x720:rate=25:duration=150 -f lavfi -i sine=duration=150 \
  -c:v libx264 -preset ultrafast -g 50 -c:a aac "$long"
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=640x360:rate=25:duration=14 -f lavfi -i sine=duration=14 \
  -c:v libx264 -preset ultrafast -g 50 -c:a aac "$short"

# --- wrong usage ---
run_kapok pause --data "$DATA"
is "pause without a lesson" "$STATUS" 2
run_kapok pause --data "$DATA" --all x
is "pause with --all and a lesson" "$STATUS" 2
run_kapok cancel --data "$DATA"
is "cancel without a lesson" "$STATUS" 2
run_kapok cancel --data "$DATA" --all
is "there is no cancel --all" "$STATUS" 2
run_kapok replace --data "$DATA" x
is "replace without a file" "$STATUS" 2
run_kapok pause --data "$DATA" --all
is "no data folder" "$STATUS" 1
if [ -e "$DATA" ]; then wrong "wrong usage made the data folder"; else ok "wrong usage leaves no trace"; fi

asset_id=$("$KAPOK" ingest --data "$DATA" --title 长课 "$long" | cut -f1)
for command in pause resume cancel retry; do
  run_kapok $command --data "$DATA" nothing "$asset_id"
  is "$command of an unknown lesson" "$STATUS" 1
  has "$command names it" "$ERR" nothing
done

# --- pause and resume a lesson at work ---
# What the loop above did to the other lesson: paused, resumed, cancelled, queued again.
start_serve --workers 1
is "the long lesson begins to play" "$(wait_for_state "$asset_id" 60 playable ready failed)" playable
has_span_at_work() { [ "$(sql "SELECT count(*) FROM job WHERE asset_id = '$asset_id' AND kind = 'span' AND span_index > 0 AND state = 'running'")" = 1 ]; }
wait_for 60 has_span_at_work || die "no span is at work"
run_kapok pause --data "$DATA" "$asset_id"
is "pause" "$STATUS" 0
has "pause says so" "$OUT" "$asset_id"$'\t'已暂停
no_child() { [ -z "$(children_at_work)" ]; }
if wait_for 10 no_child; then ok "its children end"; else wrong "a paused lesson's child goes on"; fi
becomes "nothing of it runs" 0 sql "SELECT count(*) FROM job WHERE state = 'running'"
is "it can still be played" "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/media/$asset_id/master.m3u8")" 200
missing=$(($(sql "SELECT segment_total FROM track WHERE asset_id = '$asset_id' AND name = 'v360'") - 1))
is "what is not made is told as paused" "$(curl -s "$BASE/media/$asset_id/v360/$missing.m4s" | jq -r .code)" paused
run_kapok status --data "$DATA" "$asset_id"
has "status says that it is paused" "$OUT" 已暂停
run_kapok resume --data "$DATA" --all
is "resume --all" "$STATUS" 0
has "one lesson goes on" "$OUT" "1 节课"
wait_for 30 has_span_at_work || wrong "the resumed lesson is not taken up"

# --- a new lesson does not wait behind the long span, nor does a sought part ---
span_at_work=$(sql "SELECT id FROM job WHERE asset_id = '$asset_id' AND kind = 'span' AND span_index > 0 AND state = 'running'")
second=$("$KAPOK" ingest --data "$DATA" --title 新课 "$short" | cut -f1)
is "a new lesson begins to play" "$(wait_for_state "$second" 60 playable ready failed)" playable
first_us=$(sql "SELECT playable_us FROM asset WHERE id = '$second'")
is "it did so while the long one's span was at work" \
  "$(sql "SELECT state = 'running' OR finished_us > $first_us FROM job WHERE id = $span_at_work")" 1

# --- cancel, retry ---
run_kapok cancel --data "$DATA" "$asset_id"
is "cancel" "$STATUS" 0
is "a cancelled lesson has failed" "$(asset "$asset_id" .state)" failed
playlist=$(curl -fsS "$BASE/media/$asset_id/v360/playlist.m3u8")
has "what was made of it can be played, to its end" "$playlist" "#EXT-X-ENDLIST"
run_kapok cancel --data "$DATA" "$asset_id"
is "it cannot be cancelled again" "$STATUS" 1
made=$(sql "SELECT count(*) FROM span JOIN track ON track.id = track_id WHERE asset_id = '$asset_id'")
run_kapok retry --data "$DATA" "$asset_id"
is "retry" "$STATUS" 0
is "it is playable at once" "$(asset "$asset_id" .state)" playable
is "what was made stayed" "$(sql "SELECT count(*) >= $made FROM span JOIN track ON track.id = track_id WHERE asset_id = '$asset_id'")" 1
run_kapok pause --data "$DATA" "$asset_id"
is "the second lesson is done" "$(wait_for_state "$second" 120 ready failed)" ready
run_kapok retry --data "$DATA" "$second"
is "a lesson that is whole is not tried again" "$STATUS" 1

# --- replace a lesson's source while somebody watches it ---
course=$(sql "SELECT course_id FROM lesson WHERE asset_id = '$second'")
current() { curl -fsS --max-time 10 "$BASE/api/v1/courses/$course" | jq -r '.lessons[0].asset.id // .lessons[0].asset'; }
watch() {
  local id playlist uri
  while [ ! -e "$WORK/stop" ]; do
    id=$(current) || echo "the course is not there"
    for variant in v360 a128; do
      playlist=$(curl -fsS --max-time 10 "$BASE/media/$id/$variant/playlist.m3u8") || echo "no playlist of $id"
      for uri in $(printf '%s\n' "$playlist" | grep -v '^#'); do
        curl -fsS -o /dev/null --max-time 10 "$BASE/media/$id/$variant/$uri" || echo "no $uri of $id"
      done
    done
    echo "$id" >>"$WORK/watched"
  done
}
watch >"$WORK/watch.log" 2>&1 &
watcher=$!
run_kapok replace --data "$DATA" "$second" "$WORK/absent.mp4"
is "replace by a file that is not there" "$STATUS" 1
echo "no video" >"$WORK/text.mp4"
run_kapok replace --data "$DATA" --wait "$second" "$WORK/text.mp4"
is "replace by what is no video" "$STATUS" 1
has "it says that nothing changed" "$ERR" 仍然播放原来的内容
is "the lesson is as it was" "$(current)" "$second"
ffmpeg -nostdin -v error -f lavfi -i testsrc=size=640x360:rate=25:duration=20 -f lavfi -i sine=frequency=880:duration=20 \
  -c:v libx264 -preset ultrafast -c:a aac "$WORK/better.mp4"
run_kapok replace --data "$DATA" --wait "$second" "$WORK/better.mp4"
is "replace" "$STATUS" 0
third=$(cut -f1 "$WORK/out")
is "the title is the lesson's" "$(cut -f2 "$WORK/out")" 新课
is "the lesson plays the new one" "$(current)" "$third"
sleep 1
touch "$WORK/stop"
wait "$watcher" || true
is "whoever watched was never interrupted" "$(cat "$WORK/watch.log")" ""
is "and saw the old one, then the new one" "$(uniq "$WORK/watched" | paste -sd' ')" "$second $third"
is "the old addresses go on working" "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/media/$second/master.m3u8")" 200
run_kapok status --data "$DATA" "$second"
has "status tells what replaced it" "$OUT" "$third"
run_kapok replace --data "$DATA" "$second" "$short"
is "what was replaced is not replaced again" "$STATUS" 1
stop_serve

# --- what was replaced goes in time, at the start at the latest ---
start_serve --workers 1 --retired-keep 0 --min-free-space 900TiB
is "the old files are gone" "$(find "$DATA/objects" -path "*$second*" -type f | wc -l)" 0
is "those of the failed replacement too" "$(sql "SELECT count(*) FROM asset WHERE replaces_id = '$second' AND source_key <> ''")" 1
is "the new one plays" "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/media/$third/master.m3u8")" 200

# --- a disk that is nearly full: no job is taken, and everybody says so ---
fourth=$("$KAPOK" ingest --data "$DATA" --title 等待空间 "$short" | cut -f1)
is_short() { [ "$(sql 'SELECT max(is_short_of_space) FROM worker')" = 1 ]; }
wait_for 10 is_short || wrong "the worker does not say that it is short of space"
sleep 2
is "no job was taken" "$(sql "SELECT sum(attempt) FROM job WHERE asset_id = '$fourth'")" 0
run_kapok status --data "$DATA"
has "status says so" "$OUT" 磁盘空间不足
log_has "the log says so" min-free-space
stop_serve
start_serve --workers 1
is "with room again it goes on" "$(wait_for_state "$fourth" 120 ready failed)" ready
stop_serve
is "serve ends in good order" "$SERVE_STATUS" 0
is "no work folder stays" "$(find "$DATA/tmp" -mindepth 1 | wc -l)" 0
finish
