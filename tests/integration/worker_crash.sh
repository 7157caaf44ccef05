#!/usr/bin/env bash
# Single processes die in the middle of a lesson: a worker, a decoder's child, the HTTP server. The others go on, the
# dead are started again, and the lesson completes.
source "$(dirname "$0")/lib.sh"

source_file=$WORK/long.mp4
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=960x540:rate=25:duration=120 -f lavfi -i sine=duration=120 \
  -c:v libx264 -preset ultrafast -c:a aac "$source_file"
asset_id=$("$KAPOK" ingest --data "$DATA" "$source_file" | cut -f1)
start_serve --workers 2 --span-duration 12s

# pids_of NAME WORD: processes of the tree whose program is NAME and whose first argument is WORD ("": any).
pids_of() {
  local pid words
  for pid in $(tree_of "$SERVE_PID"); do
    words=()
    mapfile -d '' -t words 2>/dev/null <"/proc/$pid/cmdline" || true
    if [ "$(basename "$(readlink "/proc/$pid/exe" || true)")" = "$1" ] && { [ -z "$2" ] || [ "${words[1]:-}" = "$2" ]; }; then echo "$pid"; fi
  done
}
# kill_one SIGNAL NAME WORD
kill_one() {
  local pid= i
  for i in $(seq 100); do
    pid=$(pids_of "$2" "$3")
    pid=${pid%%$'\n'*}
    [ -z "$pid" ] || break
    sleep 0.1
  done
  [ -n "$pid" ] || die "no $2 $3 runs"
  kill "-$1" "$pid"
  ok "SIG$1 to $2 $3 (process $pid)"
}

is "the lesson begins to play" "$(wait_for_state "$asset_id" 60 playable ready failed)" playable
kill_one KILL kapok-transcoder worker
sleep 1
kill_one SEGV kapok-transcoder child
sleep 1
kill_one KILL kapok-server ""
for _ in $(seq 100); do
  curl -fs -o /dev/null --max-time 2 "$BASE/healthz" && break
  sleep 0.1
done
is "the server is back" "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/healthz")" 200
is "the lesson completes" "$(wait_for_state "$asset_id" 400 ready failed)" ready
if kill -0 "$SERVE_PID"; then ok "serve itself goes on"; else wrong "serve is gone"; fi
is "two workers run" "$(pids_of kapok-transcoder worker | wc -l)" 2
messages=$(ffmpeg -nostdin -v warning -i "$BASE/media/$asset_id/master.m3u8" -map 0 -f null - 2>&1 | head -c 400)
is "ffmpeg reads it without a message" "$messages" ""
stop_serve
is "serve ends in good order" "$SERVE_STATUS" 0
is "no temporary file stays" "$(find "$DATA/tmp" -mindepth 1)" ""
finish
