#!/usr/bin/env bash
# A channel is one stream without a seam: real readers have nothing to say over the boundaries of lessons of different
# sources, cuts, silence and black, and its numbers and bytes are the same after a crash and on another server.
source "$(dirname "$0")/lib.sh"

command -v tsreport >/dev/null || skip "tsreport (package tstools) is missing"
cd "$WORK"
# Encoded; copied, of another size and rate; silent and slow; sound alone.
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=21 -f lavfi -i sine=duration=21:beep_factor=3 \
  -c:v libx264 -preset veryfast -bf 2 -c:a aac one.mp4
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=640x360:rate=30000/1001:duration=16 -f lavfi -i sine=duration=16 \
  -c:v libx264 -preset veryfast -g 90 -c:a aac -ac 2 -ar 48000 two.mp4
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=10:duration=7 -c:v libx264 -preset veryfast three.mp4
ffmpeg -nostdin -v error -f lavfi -i sine=duration=13 -c:a aac four.m4a
token=$WORK/token
openssl rand -hex 16 >"$token"
start_serve --api-token-file "$token" --access-log "$WORK/access.log"
"$KAPOK" ingest --data "$DATA" --wait one.mp4 two.mp4 three.mp4 four.m4a >ingest.out 2>ingest.err || die "ingest: $(cat ingest.err)"

get() { curl -fsS --max-time 60 "$@"; }
lines() { get "$1" | grep -v '^#'; }
# send METHOD PATH BODY: with the operator's token, whatever the version.
send() {
  get -X "$1" -H "Authorization: Bearer $(cat "$token")" -H 'If-Match: *' -H 'Content-Type: application/json' -d "$3" "$BASE$2"
}
course() { sql "SELECT course_id FROM lesson JOIN asset ON asset.id = asset_id WHERE source_name = '$1'"; }
# warnings FILE: what ffmpeg has to say while it reads and decodes.
warnings() {
  ffmpeg -nostdin -v warning -i "$1" -c copy -f null - 2>&1
  # frames as they come: lessons differ in frame rate
  ffmpeg -nostdin -v warning -i "$1" -enc_time_base 1:90000 -f null - 2>&1
}
# times STREAM FILE: of its packets, in order of presentation.
times() { ffprobe -v error -select_streams "$1:0" -show_entries packet=pts_time -of default=nk=1:nw=1 "$2" | grep '^[0-9]' | sort -n; }

# Filler of four lessons, over and over, and in every minute of the last half hour a lesson that cuts it; and the same times
# without filler, so that what is between is black.
filler=
for name in one.mp4 two.mp4 three.mp4 four.m4a; do filler="$filler{\"course_id\":\"$(course "$name")\"},"; done
# entries NAME: that lesson, in every minute of the last half hour.
entries() {
  local back
  for back in $(seq 0 30); do
    TZ=UTC-8 date -d "-$back min" "+{\"date\":\"%Y-%m-%d\",\"start\":\"%H:%M\",\"course_id\":\"$(course "$1")\"}"
  done | paste -sd,
}
full=$(send POST /api/v1/channels '{"title":"社区一台","number":1}' | jq -r .id)
send PUT "/api/v1/channels/$full/schedule" "{\"entries\":[$(entries three.mp4)],\"filler\":[${filler%,}]}" >/dev/null
bare=$(send POST /api/v1/channels '{"title":"社区二台","number":2}' | jq -r .id)
send PUT "/api/v1/channels/$bare/schedule" "{\"entries\":[$(entries one.mp4)]}" >/dev/null

# fetch CHANNEL VARIANT FILE: everything of the last minutes in one file, the list beside it.
fetch() {
  local list=$BASE/channels/$1/$2/playlist.m3u8 segment
  get "$list?back=120" >"$3.m3u8"
  for segment in $(grep -v '^#' "$3.m3u8"); do get "${list%/*}/$segment"; done >"$3"
}

is "variants up to the best lesson" "$(lines "$BASE/channels/$full/live.m3u8" | tr '\n' ' ')" "360/playlist.m3u8 "
is "master.m3u8 is the same" "$(get "$BASE/channels/$full/master.m3u8")" "$(get "$BASE/channels/$full/live.m3u8")"
# libavformat begins three segments before the end, whatever EXT-X-START says
is "players that count segments get a list for it" "$(get -A Lavf/59.27.100 "$BASE/channels/$full/live.m3u8" | grep -v '^#')" \
  "360/playlist.m3u8?ahead=30"
slots=$(lines "$BASE/channels/$full/360/playlist.m3u8?ahead=30" | tail -n 3 | head -n 1)
is "the third from the end is on the air" "$(($(date +%s) / 10 - ${slots%.ts} <= 1))" 1
is "a list of nothing to come" "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/channels/$full/360/playlist.m3u8?ahead=20")" 400
for channel in "$full" "$bare"; do
  fetch "$channel" 360 "$channel.ts"
  is "ffmpeg is silent" "$(warnings "$channel.ts" | head -n 5)" ""
  report=$(tsreport -b "$channel.ts" 2>&1)
  is "tsreport is silent" "$(grep -F '!!!' <<<"$report" | head -n 3)" ""
  has "no gap between clock references" "$report" "Bad (>.1s) gaps: 0"
  is "no discontinuity" "$(grep -c DISCONTINUITY "$channel.ts.m3u8")" 0
  # what the list says is what is there
  listed=$(awk -F '[:,]' '/^#EXTINF/ {sum += $2} END {print sum}' "$channel.ts.m3u8")
  shown=$(times a "$channel.ts" | awk 'NR == 1 {a = $1} {b = $1} END {print b - a + 0.0213}')
  is "the list is as long as the stream" "$(awk "BEGIN {d = $listed - $shown; print (d < 0.1 && d > -0.1)}")" 1
  # a frame lasts 21.3 ms; where a lesson ends one may be left out
  is "sound without a hole" "$(times a "$channel.ts" |
    awk 'NR > 1 && ($1 - last > 0.0435 || $1 - last < 0.0212) {print last, $1} {last = $1}' | head -n 3)" ""
  is "pictures without a hole" "$(times v "$channel.ts" |
    awk 'NR > 1 && ($1 - last > 1.01 || $1 - last < 0.01) {print last, $1} {last = $1}' | head -n 3)" ""
done
is "a variant that no ladder has" "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/channels/$full/359/playlist.m3u8")" 404
is "a slot that is not announced" "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/channels/$full/360/$(($(date +%s) / 10 + 60)).ts")" 404

# What IPTV programs load.
get "$BASE/channels.xml" >guide.xml
if command -v tv_cat >/dev/null; then
  is "XMLTV's own tools read the guide" "$(tv_cat guide.xml 2>&1 >again.xml)" ""
  is "and all of it" "$(grep -c '<programme' again.xml)" "$(grep -c '<programme' guide.xml)"
else
  note "tv_cat (package xmltv-util) is missing: the guide is not judged by it"
fi
has "of China's time" "$(grep -m 1 '<programme' guide.xml)" '+0800"'
has "the list names the guide" "$(get "$BASE/channels.m3u" | head -n 1)" "url-tvg=\"$BASE/channels.xml\""
is "the list is played" "$(get "$BASE/channels.m3u" | grep -c "^$BASE/channels/.*/live.m3u8$")" 2

# A channel for one room: by the room's secret address alone.
room=$(send POST /api/v1/rooms '{"name":"一号活动室"}' | jq -r .id)
closed=$(send POST /api/v1/channels "{\"title\":\"本室频道\",\"number\":3,\"visibility\":\"room\",\"visible_to\":\"$room\"}" | jq -r .id)
send PUT "/api/v1/channels/$closed/schedule" "{\"filler\":[${filler%,}]}" >/dev/null
status() { curl -s -o /dev/null -w '%{http_code}' --max-time 10 "$1"; }
# operate METHOD PATH: with the operator's token and no body.
operate() { get -X "$1" -H "Authorization: Bearer $(cat "$token")" "$BASE$2"; }
address=$(operate POST "/api/v1/rooms/$room/address" | jq -r .address)
list=$(get "$address")
is "strangers do not see it" "$(get "$BASE/channels.m3u" | grep -c 本室频道)" 0
is "its list has it beside what is public" "$(grep -c '^#EXTINF' <<<"$list")" 3
guide=$(sed -n 's/.*url-tvg="\([^"]*\)".*/\1/p' <<<"$list" | head -n 1)
has "the guide that the list names has it" "$(get "$guide")" 本室频道
stream=$(grep "/channels/$closed/" <<<"$list")
get "${stream%/*}/360/$(($(date +%s) / 10)).ts" >closed.ts
is "ffmpeg reads its stream from there" "$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 closed.ts | grep . | sort -u | paste -sd ' ')" "aac h264"
is "not without the secret" "$(status "$BASE/channels/$closed/live.m3u8")" 404
is "nor with another" "$(status "$BASE/iptv/0123456789/channels.m3u")" 404
is "logs have no secret" "$(sleep 2; cat access.log "$SERVE_LOG" | grep -c "$(cut -d/ -f5 <<<"$address")")" 0
is "but has the request" "$(($(grep -c '/iptv/-/channels.m3u' access.log) > 0))" 1
again=$(operate POST "/api/v1/rooms/$room/address" | jq -r .address)
is "a new address ends the one before" "$(status "$address") $(status "$again") $(status "$stream")" "404 200 404"
operate DELETE "/api/v1/rooms/$room/address"
is "and then there is none" "$(status "$again")" 404

# The same numbers and bytes after the power went, and on another server with the same catalog.
sums() { for segment in $(sed -n '/ts$/p' "$full.ts.m3u8" | head -n 12); do get "$1/channels/$full/360/$segment" | md5sum; done; }
before=$(sums "$BASE")
crash_serve
start_serve
is "the same bytes after a crash" "$(sums "$BASE")" "$before"
first=$(sed -n 's/^#EXT-X-MEDIA-SEQUENCE://p' "$full.ts.m3u8")
now=$(get "$BASE/channels/$full/360/playlist.m3u8?back=120" | sed -n 's/^#EXT-X-MEDIA-SEQUENCE://p')
is "numbers go by the clock" "$((now - $(date +%s) / 10))" "-12"
is "and what was listed is listed again" "$((first <= now && now - first < 60))" 1
"$KAPOK" backup --data "$DATA" "$WORK/copy" >/dev/null 2>&1 || die "no copy"
"$KAPOK" restore --data "$WORK/other" "$WORK/copy" >/dev/null 2>&1 || die "no second server"
other_port=$(free_port)
"$KAPOK_BIN/kapok-server" --data "$WORK/other" --listen "127.0.0.1:$other_port" >"$WORK/other.log" 2>&1 &
other=$!
for _ in $(seq 300); do
  if curl -fs -o /dev/null "http://127.0.0.1:$other_port/healthz"; then break; fi
  sleep 0.1
done
is "the same bytes on another server" "$(sums "http://127.0.0.1:$other_port")" "$before"
kill "$other"
wait "$other" 2>/dev/null || true
finish
