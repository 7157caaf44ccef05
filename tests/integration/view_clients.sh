#!/usr/bin/env bash
# Not part of ./check: the views of a long lesson under what reads transport streams, and in players outside the browser.
#   tests/integration/view_clients.sh [SECONDS | FILE]     the lesson is FILE, or a drawn one of an hour or SECONDS
# Needs mpv, vlc-bin, vlc-plugin-base and tstools beside what ./check installs; a player that is missing is said.
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
start_serve
asset=$("$KAPOK" ingest --data "$DATA" --wait "$lesson" | cut -f 1)
media=$BASE/media/$asset
rung=$(curl -fsS "$media/ts/master.m3u8" | grep -v '^#' | head -n 1)
rung=${rung%%/*}
note "a lesson of $seconds s"

url=$media/ts/$rung/playlist.m3u8
is "ffmpeg is silent on MPEG-TS" "$(ffmpeg -nostdin -v warning -i "$url" -c copy -f null - 2>&1 | head -n 3)" ""
for segment in $(curl -fsS "$url" | grep -v '^#'); do curl -fsS "${url%/*}/$segment"; done >all.ts
is "tsreport is silent" "$(tsreport -b all.ts 2>&1 | grep -F '!!!' | head -n 3)" ""
is "no gap between clock references" "$(tsreport -b all.ts 2>&1 | grep -o 'Bad (>.1s) gaps: [0-9]*')" "Bad (>.1s) gaps: 0"
curl -fsS -o movie.mp4 "$media/${rung#v}.mp4"
is "ffmpeg is silent on progressive MP4" "$(ffmpeg -nostdin -v warning -i movie.mp4 -c copy -f null - 2>&1 | head -n 3)" ""
if words=$(node_tool check_ranges.mjs "$media/${rung#v}.mp4"); then ok "ranges: $words"; else wrong "ranges: $words"; fi

# played WHAT SECONDS COMMAND...: it ends well after about that time of play. A player that waits or runs ahead is off by
# more than a start takes.
played() {
  local what=$1 wanted=$2 begin end status=0
  shift 2
  if ! command -v "$1" >/dev/null; then
    note "$what: $1 is missing"
    return 0
  fi
  begin=$(date +%s)
  timeout $((wanted + 60)) "$@" >player.log 2>&1 || status=$?
  end=$(date +%s)
  if [ "$status" != 0 ]; then
    wrong "$what: status $status: $(tail -n 2 player.log)"
  elif [ $((end - begin)) -lt $((wanted - 1)) ] || [ $((end - begin)) -gt $((wanted + 15)) ]; then
    wrong "$what: $wanted s took $((end - begin)) s"
  else
    ok "$what: $((end - begin)) s"
  fi
}

for view in ts/master.m3u8 master.m3u8 manifest.mpd "${rung#v}.mp4"; do
  played "mpv, $view" "$play_s" mpv --no-config --vo=null --ao=null --msg-level=all=warn --length="$play_s" "$media/$view"
  played "mpv from the middle, $view" "$((play_s / 2))" mpv --no-config --vo=null --ao=null --msg-level=all=warn \
    --start=50% --length="$((play_s / 2))" "$media/$view"
  # VLC does not run as root.
  runs_as=(env)
  if [ "$(id -u)" = 0 ]; then runs_as=(setpriv --reuid=65534 --clear-groups env HOME=/nonexistent); fi
  if command -v cvlc >/dev/null; then
    played "VLC, $view" "$play_s" "${runs_as[@]}" cvlc -q -I dummy --vout=dummy --aout=dummy --run-time="$play_s" \
      --play-and-exit "$media/$view" vlc://quit
  fi
done
# The older HLS reader of GStreamer; it plays to the end, so only a short lesson is given to it.
if [ "$seconds" -le 120 ]; then
  for view in ts/master.m3u8 master.m3u8; do
    GST_PLUGIN_FEATURE_RANK=hlsdemux:400,hlsdemux2:0 played "GStreamer hlsdemux, $view" "$seconds" gst-launch-1.0 -q playbin \
      uri="$media/$view" video-sink="fakesink sync=true" audio-sink="fakesink sync=true"
  done
fi
stop_serve
finish
