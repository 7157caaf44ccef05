#!/usr/bin/env bash
# Faults under a running server: stored files cut short and removed, without and with TLS; a disk that takes nothing more; a
# catalog that another program has locked. Each is told, none ends the server, nothing acknowledged is lost, all heals.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for program in openssl prlimit; do command -v "$program" >/dev/null || die "the program $program is needed by this test"; done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -addext 'subjectAltName=DNS:localhost' -keyout "$WORK/key.pem" -out "$WORK/crt.pem" 2>"$WORK/openssl.log"
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=640x360:rate=25:duration=4 -c:v libx264 -preset ultrafast "$WORK/clip.mp4"
head -c 30 /dev/urandom | base64 >"$WORK/token"
TLS_PORT=$(free_port)
start_serve --workers 1 --tls-listen "127.0.0.1:$TLS_PORT" --tls-certificate "$WORK/crt.pem" --tls-key "$WORK/key.pem" \
  --api-token-file "$WORK/token" </dev/null
ID=$("$KAPOK" ingest --data "$DATA" "$WORK/clip.mp4" | cut -f1)
is "the lesson" "$(wait_for_state "$ID" 120 ready failed)" ready
SERVER=$(pgrep -P "$SERVE_PID" -x kapok-server)
TRACK=$(sql "SELECT name FROM track WHERE asset_id = '$ID' AND name LIKE 'v%' LIMIT 1")
SEGMENT=/media/$ID/$TRACK/0.m4s
KEY=$(sql "SELECT blob_key FROM span JOIN track ON track.id = track_id WHERE asset_id = '$ID' AND name = '$TRACK' AND span_index = 0")
FILE=$DATA/objects/$KEY
[ -f "$FILE" ] || die "the stored file of $SEGMENT is not found: $KEY"

get() { curl -s -o "$WORK/got" -w '%{http_code}' --max-time 20 --cacert "$WORK/crt.pem" "$@" || true; }
plain() { get "$BASE$SEGMENT"; }
tls() { get "https://localhost:$TLS_PORT$SEGMENT"; }
metric() { curl -fsS "$BASE/metrics" | grep -F "$1 " | tail -1 | sed 's/.* //'; }
server_is_the_same() { is "$1: the server lives" "$(pgrep -P "$SERVE_PID" -x kapok-server)" "$SERVER"; }

is "the segment" "$(plain)" 200
cp "$WORK/got" "$WORK/whole"
is "the segment over TLS" "$(tls)" 200
cmp -s "$WORK/got" "$WORK/whole" && ok "both are the same" || wrong "they differ"

# Cut short while it is mapped and its answers are ready. Until the server has looked at the disk again an answer may break off.
mv "$FILE" "$WORK/saved"
cp "$WORK/saved" "$FILE" # another inode: the old mapping stays whole, and is let go
truncate -s 100 "$FILE"
becomes "a file that was cut short: 500" 500 plain
becomes "and over TLS" 500 tls
server_is_the_same "a file that was cut short"
becomes "a metric counts it" 1 metric kapok_stored_files_damaged_total
log_has "the log names the file" "is gone or not as long as it was"
cp "$WORK/saved" "$FILE"
becomes "it heals" 200 plain
cmp -s "$WORK/got" "$WORK/whole" && ok "with the same bytes" || wrong "with other bytes"
becomes "it heals over TLS" 200 tls
# The very inode that is mapped: what was mapped is gone at once.
truncate -s 100 "$FILE"
for _ in 1 2 3 4 5; do plain >/dev/null && tls >/dev/null; done
becomes "a mapped file that was cut short: 500" 500 plain
becomes "and over TLS" 500 tls
server_is_the_same "a mapped file that was cut short"
rm "$FILE"
becomes "a file that is gone: 500" 500 plain
"$KAPOK" check --data "$DATA" >"$WORK/check" 2>&1 && wrong "kapok check finds nothing missing" || ok "kapok check finds what is missing"
cp "$WORK/saved" "$FILE"
becomes "it heals too" 200 plain
server_is_the_same "a file that is gone"

# Nothing more can be written. 0 bytes are allowed per file from now on.
edit() {
  curl -s -o "$WORK/answer" -w '%{http_code}' --max-time 60 -H "Authorization: Bearer $(cat "$WORK/token")" \
    -H 'Content-Type: application/json' -d "{\"title\":\"$1\",\"category\":\"sports\"}" "$BASE/api/v1/courses" || true
}
titles() { sql "SELECT count(*) FROM course WHERE title LIKE '$1%'"; }
is "a course is made" "$(edit 太极拳一)" 201
prlimit --pid "$SERVER" --fsize=0:unlimited
status=$(edit 太极拳二)
case $status in
5*) ok "a full disk: $status" ;;
*) wrong "a full disk: $status $(cat "$WORK/answer")" ;;
esac
is "viewers are served on" "$(plain)" 200
is "the course is not there" "$(titles 太极拳二)" 0
prlimit --pid "$SERVER" --fsize=unlimited:unlimited
is "it heals: a course is made" "$(edit 太极拳三)" 201
is "nothing that was acknowledged is lost" "$(titles 太极拳)" 2
server_is_the_same "a full disk"

# Another program holds the catalog's lock for writing for ten seconds.
(
  echo 'BEGIN IMMEDIATE;'
  touch "$WORK/locked"
  sleep 10
  echo 'ROLLBACK;'
) | sqlite3 -cmd '.timeout 10000' "$DATA/catalog.sqlite3" &
lock=$!
becomes "the catalog is locked" yes eval '[ -e "$WORK/locked" ] && echo yes || echo no'
begun=$SECONDS
edit 剪纸 >"$WORK/status" &
editing=$!
slowest=0
while kill -0 "$editing" 2>/dev/null && [ $((SECONDS - begun)) -lt 40 ]; do
  [ "$(plain)" = 200 ] || wrong "a viewer is not served while the catalog is locked"
  [ "$(get "$BASE/api/v1/courses")" = 200 ] || wrong "the list of courses is not there while the catalog is locked"
  sleep 0.2
done
wait "$editing" "$lock"
case $(cat "$WORK/status") in
201) is "the edit waited, was acknowledged and is there" "$(titles 剪纸)" 1 ;;
503) is "the edit was refused for now, and is not there" "$(titles 剪纸)" 0 ;;
*) wrong "the edit while the catalog is locked: $(cat "$WORK/status") $(cat "$WORK/answer")" ;;
esac
is "afterwards edits are taken" "$(edit 书法)" 201
is "health" "$(get "$BASE/healthz")" 200
server_is_the_same "a locked catalog"
stop_serve
is "the end" "$SERVE_STATUS" 0
"$KAPOK" check --data "$DATA" >"$WORK/check" 2>&1 && ok "the data folder is sound" || wrong "the data folder: $(cat "$WORK/check")"
finish
