#!/usr/bin/env bash
# Not part of ./check (four minutes): Kodi as a receiver, under Xvfb with a sound sink that is nowhere, in a network namespace of
# its own. It plays a lesson as HLS with MPEG-TS and with fMP4, as DASH in inputstream.adaptive and as a file that it found by UPnP;
# IPTV Simple loads /channels.m3u and the guide that it names and plays a channel over a crash of the server.
#
#   tests/integration/kodi.sh
# Needs the list packages_receivers of scripts/packages.sh.
# KAPOK_KODI_SECONDS: how long each is played (default 30).

# shellcheck source=tests/integration/network.sh
. "$(dirname "$0")/network.sh"
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

PLAY_S=${KAPOK_KODI_SECONDS:-30}
CHANNEL_S=60
LESSON_S=120
HEADS=(Xvfb pulseaudio kodi)
for program in "${HEADS[@]}" nsenter; do command -v "$program" >/dev/null || skip "$program is missing"; done
cd "$WORK"
HEAD_PIDS=()
end_all() {
  local pid
  for pid in "${HEAD_PIDS[@]}" $TV_PID; do kill_tree "$pid"; done
  clean_up
}
trap end_all EXIT
start_network 900

# --- lessons and a channel of them ---
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=640x360:rate=25:duration=$LESSON_S \
  -f lavfi -i sine=duration=$LESSON_S:beep_factor=3 -c:v libx264 -preset veryfast -c:a aac long.mp4
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=30000/1001:duration=23 -f lavfi -i sine=duration=23 \
  -c:v libx264 -preset veryfast -g 90 -c:a aac -ac 2 -ar 48000 short.mp4
openssl rand -hex 16 >token
free_port() { echo 8090; } # this namespace is ours alone
serve() {
  start_serve --dlna on --dlna-interface kapok-s --dlna-name 木棉 --listen 0.0.0.0:8090 --api-token-file "$WORK/token" \
    --access-log "$WORK/access.log" --access-log-format json
}
serve
"$KAPOK" ingest --data "$DATA" --wait --title 长课 long.mp4 >ingest.out 2>ingest.err || die "ingest: $(cat ingest.err)"
"$KAPOK" ingest --data "$DATA" --wait --title 短课 short.mp4 >>ingest.out 2>ingest.err || die "ingest: $(cat ingest.err)"
asset=$(head -n 1 ingest.out | cut -f 1)
send() {
  curl -fsS --max-time 10 -X "$1" -H "Authorization: Bearer $(cat token)" -H 'If-Match: *' -H 'Content-Type: application/json' \
    -d "$3" "$BASE$2"
}
course() { sql "SELECT id FROM course WHERE title = '$1'"; }
channel=$(send POST /api/v1/channels '{"title":"社区一台","number":7}' | jq -r .id)
send PUT "/api/v1/channels/$channel/schedule" \
  "{\"entries\":[{\"days\":[1,2,3,4,5,6,7],\"start\":\"00:00\",\"end\":\"23:59\",\"course_id\":\"$(course 短课)\",\"order\":\"loop\"}],
    \"filler\":[{\"course_id\":\"$(course 长课)\"}]}" >/dev/null
origin=http://$SERVER_ADDRESS:$PORT

# --- Kodi ---
export HOME=$WORK/home XDG_RUNTIME_DIR=$WORK/run PULSE_SERVER=unix:$WORK/pulse
kodi_folder=$HOME/.kodi/userdata
mkdir -p "$kodi_folder/addon_data/pvr.iptvsimple" "$XDG_RUNTIME_DIR"
chmod 700 "$XDG_RUNTIME_DIR"
cat >"$kodi_folder/guisettings.xml" <<XML
<settings version="2">
  <setting id="services.upnp">true</setting>
  <setting id="services.esenabled">true</setting>
  <setting id="audiooutput.audiodevice">PULSE:Default</setting>
  <setting id="general.addonupdates">2</setting>
  <setting id="pvrmanager.usebackendchannelnumbers">true</setting>
  <setting id="lookandfeel.enablerssfeeds">false</setting>
  <setting id="videoplayer.usevdpau">false</setting>
  <setting id="videoplayer.usevaapi">false</setting>
</settings>
XML
# No address of the guide: the list names it.
cat >"$kodi_folder/addon_data/pvr.iptvsimple/settings.xml" <<XML
<settings version="2">
  <setting id="m3uPathType">1</setting>
  <setting id="m3uUrl">$origin/channels.m3u</setting>
  <setting id="m3uCache">false</setting>
  <setting id="epgCache">false</setting>
</settings>
XML
tv pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no --realtime=no --high-priority=no \
  -L module-null-sink -L "module-native-protocol-unix auth-anonymous=1 socket=$WORK/pulse" >pulse.log 2>&1 &
HEAD_PIDS+=($!)
mkfifo display
tv Xvfb -displayfd 3 -screen 0 640x360x24 -nolisten tcp 3>display >xvfb.log 2>&1 &
HEAD_PIDS+=($!)
read -r display <display
DISPLAY=:$display tv kodi --standalone --audio-backend=pulseaudio --windowing=x11 >kodi.log 2>&1 &
HEAD_PIDS+=($!)

# kodi COMMAND...: its answer goes into ANSWER.
kodi() {
  ANSWER=$(tv node "$TEST_DIR/kodi_client.mjs" "$@") || { wrong "Kodi, $*: $(jq -r .error <<<"$ANSWER")"; return 1; }
}
answer() { jq -r "$1" <<<"$ANSWER"; }
kodi wait || die "Kodi does not start: $(tail -n 5 kodi.log)"
note "Kodi $(answer .version)"

# plays WHAT: what ANSWER says of it. Times within 5 % of the wall clock; where it can seek it went on from there.
plays() {
  note "$1: first picture after $(answer .firstMs) ms; $(answer .played) s in $(answer .wall) s"
  is "$1: it keeps time" "$(answer '.ratio >= 0.95 and .ratio <= 1.05')" true
}
seeks() {
  note "$1: a seek to $(answer .seekTarget) s went to $(answer .seekReached) s and on after $(answer .seekMs) ms"
  is "$1: it seeks" "$(answer '.seekReached > .seekTarget - 7 and .seekReached < .seekTarget + 3 and .seekRatio > 0.5')" true
}
media=$origin/media/$asset
# adaptive NAME TYPE MIME: a file that has inputstream.adaptive play it.
adaptive() {
  printf '#KODIPROP:inputstream=inputstream.adaptive\n#KODIPROP:inputstream.adaptive.manifest_type=%s\n#KODIPROP:mimetype=%s\n%s\n' \
    "$2" "$3" "$media/$1" >"$2.strm"
}
kodi enable inputstream.adaptive || true
adaptive manifest.mpd mpd application/dash+xml
adaptive "master.m3u8?view=fmp4" hls application/vnd.apple.mpegurl
# At master.m3u8 Kodi gets MPEG-TS: see client_quirks.c.
for view in "$media/ts/master.m3u8" "$media/master.m3u8" "$WORK/hls.strm" "$WORK/mpd.strm"; do
  what=${view#"$media"/}
  if kodi seek "$view" "$PLAY_S"; then plays "${what##*/kapok-test-*/}" && seeks "${what##*/kapok-test-*/}"; fi
done
if kodi play "$media/master.m3u8?view=fmp4" "$PLAY_S"; then plays "fMP4 by Kodi's own demuxer"; fi

# --- a file by UPnP ---
if kodi upnp 木棉; then
  note "folders: $(answer '.folders | join("、")')"
  file=$(answer .file)
  if kodi seek "$file" "$PLAY_S"; then plays "a file by UPnP" && seeks "a file by UPnP"; fi
fi

# --- IPTV Simple ---
kodi enable pvr.iptvsimple || true
if kodi guide 1; then
  is "the channel is there by name and number" "$(answer '.channels[0] | "\(.label) \(.channelnumber)"')" "社区一台 7"
  is "with its picture" "$(answer '.channels[0].icon | test("poster.jpg")')" true
  note "$(answer '.broadcasts | length') broadcasts, among them: $(answer '.broadcasts[0].title')"
  is "the guide tells the lessons" "$(answer '[.broadcasts[].title] | index("短课") != null')" true
fi
# As a file, so that Kodi tells where the player stands: over the ends of several lessons.
if kodi play "$origin/channels/$channel/live.m3u8" "$PLAY_S"; then plays "a channel by its address"; fi

# Over a crash. Numbers of the segments that Kodi asked for: in order, each once.
asked() { jq -rs '[.[] | select(.route == "channel_segment" and .method == "GET") | .target | capture("/(?<n>[0-9]+)[.]ts").n | tonumber] | unique | map(tostring) | join(" ")' access.log; }
# How many pictures of four seconds, five a second, differ from the one before.
moving() {
  DISPLAY=:$display tv ffmpeg -nostdin -v error -f x11grab -draw_mouse 0 -framerate 5 -i ":$display" -t 4 -vf mpdecimate \
    -f framemd5 - | grep -vc '^#'
}
: >access.log
kodi channel 社区一台 "$CHANNEL_S" >channel.out &
WATCH_PID=$!
sleep 15
note "pictures that moved before the crash: $(moving) of 20"
before=$(curl -fsS "$BASE/channels/$channel/360/playlist.m3u8")
crash_serve
serve
after=$(curl -fsS "$BASE/channels/$channel/360/playlist.m3u8")
sleep 30
seen=$(moving)
note "and after it: $seen"
is "pictures move" "$((seen >= 10))" 1
is "the channel goes on" "$(wait "$WATCH_PID" && echo yes)" yes
cat channel.out
numbers=$(asked)
note "asked for: $numbers"
read -r first _ <<<"$numbers"
is "no gap in the numbers that Kodi asked for" "$numbers" "$(seq "$first" "${numbers##* }" | paste -sd ' ')"
number() { sed -n 's/^#EXT-X-MEDIA-SEQUENCE://p' <<<"$1"; }
is "the list goes on by the clock" "$(($(number "$after") - $(number "$before") <= 2))" 1
is "what both lists have is the same" "$(comm -12 <(grep ts$ <<<"$before" | sort) <(grep ts$ <<<"$after" | sort) | wc -l)" \
  "$(($(grep -c ts$ <<<"$before") - $(number "$after") + $(number "$before")))"
stop_serve
finish
