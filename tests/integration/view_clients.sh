#!/usr/bin/env bash
# Not part of ./check: the views of a long lesson under what reads transport streams, and in players outside the browser.
#   tests/integration/view_clients.sh [SECONDS | FILE]     the lesson is FILE, or a drawn one of an hour or SECONDS
# Needs the list packages_receivers of scripts/packages.sh; a player that is missing is said.
source "$(dirname "$0")/lib.sh"

play_s=30
if [ -f "${1:-}" ]; then
  lesson=$(realpath "$1")
  seconds=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$lesson" | cut -d. -f1)
  cd "$WORK"
else
  seconds=${1:-3600} lesson=lesson.mp4
  cd "$WORK"
  ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=10:duration="$seconds" \
    -f lavfi -i sine=duration="$seconds":beep_factor=3 -c:v libx264 -preset ultrafast -c:a aac "$lesson"
fi
if [ "$seconds" -lt $((play_s + 10)) ]; then play_s=$((seconds / 2)); fi
token=$WORK/token
openssl rand -hex 16 >"$token"
start_serve --api-token-file "$token"
asset=$("$KAPOK" ingest --data "$DATA" --wait "$lesson" | cut -f 1)
media=$BASE/media/$asset
mapfile -t rungs < <(curl -fsS "$media/ts/master.m3u8" | grep -v '^#' | cut -d/ -f1)
rung=${rungs[0]}
note "a lesson of $seconds s in ${#rungs[@]} rungs"

for one in "${rungs[@]}"; do
  url=$media/ts/$one/playlist.m3u8
  is "ffmpeg is silent on MPEG-TS, $one" "$(ffmpeg -nostdin -v warning -i "$url" -c copy -f null - 2>&1 | head -n 3)" ""
  for segment in $(curl -fsS "$url" | grep -v '^#'); do curl -fsS "${url%/*}/$segment"; done >all.ts
  report=$(tsreport -b all.ts 2>&1)
  is "tsreport is silent, $one" "$(grep -F '!!!' <<<"$report" | head -n 3)" ""
  is "no gap between clock references, $one" "$(grep -o 'Bad (>.1s) gaps: [0-9]*' <<<"$report")" "Bad (>.1s) gaps: 0"
done
curl -fsS -o movie.mp4 "$media/${rung#v}.mp4"
is "ffmpeg is silent on progressive MP4" "$(ffmpeg -nostdin -v warning -i movie.mp4 -c copy -f null - 2>&1 | head -n 3)" ""
# The pictures of the same rung, decoded: the sum of all their sums.
pictures() { ffmpeg -nostdin -v error "$@" -f framemd5 - | awk -F, '!/^#/ {print $6}' | md5sum | cut -d ' ' -f 1; }
wanted=$(pictures -i movie.mp4 -map 0:v:0)
is "the pictures of MPEG-TS are those of MP4" "$(pictures -i "$media/ts/$rung/playlist.m3u8" -map 0:v:0)" "$wanted"
is "those of fMP4 too" "$(pictures -i "$media/$rung/playlist.m3u8" -map 0:v:0)" "$wanted"
stream=$(ffprobe -v error -select_streams v -show_entries stream=index,height -of csv=p=0 "$media/manifest.mpd" |
  awk -F, -v height="${rung#v}" '$2 == height {print $1; exit}')
is "and those of DASH" "$(pictures -i "$media/manifest.mpd" -map "0:$stream")" "$wanted"
if words=$(node_tool check_ranges.mjs "$media/${rung#v}.mp4"); then ok "ranges: $words"; else wrong "ranges: $words"; fi

# start_play PLAYER WHAT URL [SEEK_TO]: beside others, until end_plays.
PLAYS=()
start_play() {
  local player=$1 what=$2
  shift 2
  if ! command -v "${player/hlsdemux*/gst-launch-1.0}" >/dev/null; then
    note "$what: $player is missing"
    return 0
  fi
  node_tool player_clock.mjs "$player" "$1" "$play_s" "${@:2}" >"play-$player-${#PLAYS[@]}" 2>&1 &
  PLAYS+=("$!|play-$player-${#PLAYS[@]}|$player, $what")
}
end_plays() {
  local play pid file what
  for play in "${PLAYS[@]}"; do
    IFS='|' read -r pid file what <<<"$play"
    if wait "$pid"; then ok "$what: $(cat "$file")"; else wrong "$what: $(cat "$file")"; fi
  done
  PLAYS=()
}

middle=$((seconds / 2))
for view in ts/master.m3u8 master.m3u8 manifest.mpd "${rung#v}.mp4"; do
  for player in mpv vlc; do start_play "$player" "$view" "$media/$view" "$middle"; done
  case $view in
  *master.m3u8) for player in hlsdemux hlsdemux2; do start_play "$player" "$view" "$media/$view" "$middle"; done ;;
  esac
  end_plays
done

# --- a channel of this lesson and a short one of another size and rate, over and over ---
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=640x360:rate=30000/1001:duration=11 -f lavfi -i sine=duration=11 \
  -c:v libx264 -preset veryfast -g 90 -c:a aac -ac 2 -ar 48000 short.mp4
"$KAPOK" ingest --data "$DATA" --wait short.mp4 >/dev/null 2>&1 || die "the short lesson"
send() {
  curl -fsS --max-time 10 -X "$1" -H "Authorization: Bearer $(cat "$token")" -H 'If-Match: *' -H 'Content-Type: application/json' \
    -d "$3" "$BASE$2"
}
channel=$(send POST /api/v1/channels '{"title":"社区一台","number":1}' | jq -r .id)
short=$(sql "SELECT course_id FROM lesson JOIN asset ON asset.id = asset_id WHERE source_name = 'short.mp4'")
send PUT "/api/v1/channels/$channel/schedule" "{\"filler\":[{\"course_id\":\"$short\"}]}" >/dev/null
for player in mpv vlc hlsdemux hlsdemux2; do
  start_play "$player" "a channel" "$BASE/channels/$channel/live.m3u8"
done
end_plays
stop_serve
finish
