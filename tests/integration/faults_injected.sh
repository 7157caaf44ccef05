#!/usr/bin/env bash
# A disk that is full, then one that became read-only, and a clock that jumps three hours forth and back, under running programs
# (fault_shim.c is loaded into all of them). Changes are refused with 507 and a sentence, viewers see nothing of it, what was
# acknowledged stays, and all goes on when the fault ends. While the clock jumps a lesson is made and an upload is under way.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v cc >/dev/null || die "a C compiler is needed by this test"
cc -std=c17 -O1 -Wall -Wextra -Werror -shared -fPIC -o "$WORK/fault_shim.so" "$TEST_DIR/fault_shim.c"
FAULTS=$WORK/faults
# fault ERRNO SECONDS
fault() { printf '%-15s\n%-15s\n' "$1" "$2" 1<>"$FAULTS"; }
fault 0 0
REAL_KAPOK=$KAPOK
KAPOK=$WORK/kapok
cat >"$KAPOK" <<END
#!/bin/sh
LD_PRELOAD='$WORK/fault_shim.so' KAPOK_FAULT_FILE='$FAULTS' KAPOK_FAULT_DIR='$DATA' ASAN_OPTIONS=verify_asan_link_order=0 \
  exec '$REAL_KAPOK' "\$@"
END
chmod +x "$KAPOK"
head -c 30 /dev/urandom | base64 >"$WORK/token"
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=10:duration=4 -c:v libx264 -preset ultrafast "$WORK/clip.mp4"
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=640x360:rate=25:duration=30 -c:v libx264 -preset ultrafast "$WORK/long.mp4"
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=9 -c:v libx264 -preset ultrafast "$WORK/sent.mp4"
start_serve --workers 1 --api-token-file "$WORK/token" </dev/null
printf 'an unusual pass phrase\n' | "$KAPOK" person add --data "$DATA" --title 编辑 editor >"$WORK/person" 2>&1 ||
  die "$(cat "$WORK/person")"
ID=$("$KAPOK" ingest --data "$DATA" "$WORK/clip.mp4" | cut -f1)
is "a lesson" "$(wait_for_state "$ID" 120 ready failed)" ready

ask() { curl -s -o "$WORK/answer" -D "$WORK/head" -w '%{http_code}' --max-time 60 -H "Authorization: Bearer $(cat "$WORK/token")" "$@" || true; }
edit() { ask -H 'Content-Type: application/json' -d "{\"title\":\"$1\",\"category\":\"sports\"}" "$BASE/api/v1/courses"; }
sign_in() {
  curl -s -o "$WORK/answer" -w '%{http_code}' --max-time 60 -H 'Content-Type: application/json' \
    -d '{"login":"editor","password":"an unusual pass phrase"}' "$BASE/api/v1/session" || true
}
TUS=(-H 'Tus-Resumable: 1.0.0')
begin_upload() {
  ask "${TUS[@]}" -X POST -H "Upload-Length: $(stat -c %s "$WORK/sent.mp4")" \
    -H "Upload-Metadata: filename $(printf sent.mp4 | base64),filetype $(printf video/mp4 | base64)" "$BASE/uploads"
}
upload_url() { sed -n 's/^[Ll]ocation: *\([^\r]*\).*/\1/p' "$WORK/head"; }
upload_offset() { curl -s -I --max-time 20 -H "Authorization: Bearer $(cat "$WORK/token")" "${TUS[@]}" "$BASE$1" | sed -n 's/^[Uu]pload-[Oo]ffset: *\([0-9]*\).*/\1/p'; }
# send URL FROM COUNT
send() {
  tail -c "+$(($2 + 1))" "$WORK/sent.mp4" | head -c "$3" >"$WORK/piece"
  ask "${TUS[@]}" -X PATCH -H "Upload-Offset: $2" -H 'Content-Type: application/offset+octet-stream' \
    --data-binary "@$WORK/piece" "$BASE$1"
}
view() { curl -s -o /dev/null -w '%{http_code}' --max-time 20 "$BASE/media/$ID/master.m3u8" || true; }
metric() { curl -fsS "$BASE/metrics" | grep -F "$1 " | tail -1 | sed 's/.* //'; }
titles() { sql "SELECT count(*) FROM course WHERE title LIKE '$1%'"; }

begin_upload >"$WORK/status"
is "an upload is begun" "$(cat "$WORK/status")" 201
URL=$(upload_url)
is "and its first piece taken" "$(send "$URL" 0 3000)" 204
acknowledged=3000
made=0

# disk NAME ERRNO
disk() {
  local before
  before=$(metric kapok_http_insufficient_storage_total)
  is "$1: a course before" "$(edit "太极拳$1")" 201
  fault "$2" 0
  is "$1: a course is refused with 507" "$(edit "剪纸$1")" 507
  is "$1: the problem has its code" "$(jq -r .code "$WORK/answer")" storage
  has "$1: and a sentence for people" "$(jq -r .detail "$WORK/answer")" 请联系管理员
  is "$1: nobody can sign in, with 507" "$(sign_in)" 507
  is "$1: no upload is begun, with 507" "$(begin_upload)" 507
  is "$1: nor gone on with" "$(send "$URL" "$acknowledged" 2000)" 507
  is "$1: viewers are served" "$(view)" 200
  is "$1: lists are there" "$(ask "$BASE/api/v1/courses")" 200
  is "$1: health" "$(ask "$BASE/healthz")" 200
  [ "$(metric kapok_http_insufficient_storage_total)" -ge $((before + 4)) ] && ok "$1: a metric counts it" || wrong "$1: no metric counts it"
  fault 0 0
  is "$1: it heals: a course is made" "$(edit "太极拳又$1")" 201
  is "$1: people sign in" "$(sign_in)" 200
  made=$((made + 2))
  is "$1: nothing acknowledged is lost" "$(titles 太极拳)" "$made"
  is "$1: nothing refused is there" "$(titles 剪纸)" 0
  is "$1: the upload is where it was" "$(upload_offset "$URL")" "$acknowledged"
  is "$1: and goes on" "$(send "$URL" "$acknowledged" 3000)" 204
  acknowledged=$((acknowledged + 3000))
}
disk full 28
disk read-only 30

# The clock, in the middle of a lesson's spans.
LONG=$("$KAPOK" ingest --data "$DATA" "$WORK/long.mp4" | cut -f1)
wait_for_state "$LONG" 120 playable ready failed >/dev/null
fault 0 10800
is "three hours later: people sign in" "$(sign_in)" 200
is "three hours later: a course is made" "$(edit 书法)" 201
is "three hours later: the upload goes on" "$(send "$URL" "$acknowledged" 3000)" 204
acknowledged=$((acknowledged + 3000))
is "three hours later: the lesson becomes whole" "$(wait_for_state "$LONG" 180 ready failed)" ready
AGAIN=$("$KAPOK" ingest --data "$DATA" --title 又一课 "$WORK/sent.mp4" | cut -f1)
fault 0 0
is "back again: a lesson that was begun in the future becomes whole" "$(wait_for_state "$AGAIN" 180 ready failed)" ready
is "back again: the rest of the upload" "$(send "$URL" "$acknowledged" 100000000)" 204
is "back again: people sign in" "$(sign_in)" 200
is "back again: health" "$(ask "$BASE/healthz")" 200
for lesson in "$ID" "$LONG" "$AGAIN"; do
  is "all segments of $lesson are there" \
    "$(sql "SELECT count(*) FROM track WHERE asset_id = '$lesson' AND
      segment_total <> (SELECT count(*) FROM segment WHERE track_id = track.id)")" 0
done
stop_serve
is "the end" "$SERVE_STATUS" 0
"$KAPOK" check --data "$DATA" >"$WORK/check" 2>&1 && ok "the data folder is sound" || wrong "the data folder: $(cat "$WORK/check")"
finish
