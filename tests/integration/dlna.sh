#!/usr/bin/env bash
# DLNA between two network namespaces that the test makes: a GUPnP control point finds Kapok by discovery, walks its
# folders in pages, searches Chinese titles, is told of changes, plays a file and sees the byebye; minidlna as the peer
# passes the same questions. Hostile requests do no harm.
#
# KAPOK_DLNA_COURSES: how many courses there are (default 288, those of kapok demo).

# shellcheck source=tests/integration/network.sh
. "$(dirname "$0")/network.sh"
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

COURSES=${KAPOK_DLNA_COURSES:-288}
PYTHON=/usr/bin/python3 # Debian's own, which python3-gi is for
"$PYTHON" -c 'import gi; gi.require_version("GUPnP", "1.6")' 2>/dev/null || skip "python3-gi or gir1.2-gupnp-1.6 is missing"
for program in minidlnad gst-launch-1.0 nsenter; do
  command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] || skip "$program is missing"
done
clip=$KAPOK_MEDIA/vp9-opus-webvtt.webm
need_file "$clip"

# --- two namespaces: this one is the server's, the other the television's ---
trap 'kill $TV_PID 2>/dev/null; clean_up' EXIT
start_network 900

client() { tv "$PYTHON" "$TEST_DIR/dlna_client.py" kapok-t "$@"; }

# checked WHAT NAME WORD PAGE: the common questions; the first item goes into ITEM.
checked() {
  local status=0
  client "$2" check "$3" "$4" >"$WORK/checked" 2>"$WORK/checked.err" || status=$?
  sed "s/^\(ok\|not ok\) - /\1 - $1: /" "$WORK/checked" | grep -E '^(ok|not ok) - ' || true
  [ "$status" = 0 ] || wrong "$1: the control point ends with $status: $(tail -n 3 "$WORK/checked.err")"
  ITEM=$(tail -n 1 "$WORK/checked")
}
of_item() { jq -r "$1" <<<"$ITEM"; }

# --- Kapok ---
courses=$KAPOK_SOURCE/config/demo/courses.jsonl
if [ "$COURSES" -gt "$(grep -c . "$courses")" ]; then
  jq -c --argjson n "$COURSES" --slurp \
    '. as $all | range($n) | . as $i | $all[$i % ($all | length)] | .title += " 第\($i)期"' "$courses" >"$WORK/many.jsonl"
  courses=$WORK/many.jsonl
fi
"$KAPOK" demo --data "$DATA" --media "$clip" --courses "$courses" >/dev/null
free_port() { echo 8090; } # this namespace is ours alone
printf '0123456789abcdefghij\n' >"$WORK/token"
start_serve --dlna on --dlna-interface kapok-s --listen 0.0.0.0:8090 --workers 1 --api-token-file "$WORK/token"
shared_asset=$(sql "SELECT id FROM asset LIMIT 1")
is "the clip becomes whole" "$(wait_for_state "$shared_asset" 120 ready failed)" ready
log_has "the device is announced where it shall be" "interface=kapok-s address=$SERVER_ADDRESS"
total() { client 木棉 total; }
becomes "every lesson of the catalog is shown" "$(sql "SELECT COUNT(*) FROM lesson")" total 2>/dev/null
checked kapok 木棉 社区 200

# --- a file, and what receivers ask beside it ---
url=$(of_item '.res[0].url')
head_of() { tv curl -sS -o /dev/null -D - --max-time 10 -I "$@" | tr -d '\r'; }
features=$(head_of -H 'getcontentFeatures.dlna.org: 1' -H 'transferMode.dlna.org: Streaming' "$url")
has "features are those of protocolInfo" "$features" "contentFeatures.dlna.org: $(of_item '.res[0].protocolInfo' | cut -d: -f4)"
has "the mode of transfer is answered" "$features" "transferMode.dlna.org: Streaming"
has "the size is the one that was told" "$features" "Content-Length: $(of_item '.res[0].size')"
has "ranges are taken" "$features" "Accept-Ranges: bytes"
case $(head_of "$url") in
*dlna*) wrong "others hear nothing of DLNA" ;;
*) ok "others hear nothing of DLNA" ;;
esac
status_of() { tv curl -s -o /dev/null -w '%{http_code}' --max-time 10 "$@"; }
is "a range of time is refused" "$(status_of -H 'TimeSeekRange.dlna.org: npt=1-' "$url")" 406
is "another mode of transfer is refused" "$(status_of -H 'transferMode.dlna.org: Interactive' "$url")" 406
is "a wrong question is refused" "$(status_of -H 'getcontentFeatures.dlna.org: 2' "$url")" 400
is "a range of bytes is given" "$(status_of -r 100-199 -H 'transferMode.dlna.org: Streaming' "$url")" 206
captions=$(head_of -H 'getCaptionInfo.sec: 1' "$url" | sed -n 's/^CaptionInfo.sec: //p')
is "captions are named in the answer as in the list" "$captions" "$(of_item '."sec:CaptionInfoEx"')"
tv curl -fsS --max-time 10 -o "$WORK/captions.srt" "$captions"
is "captions are SubRip that ffmpeg reads" \
  "$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 "$WORK/captions.srt")" subrip
is "they begin with a byte order mark" "$(head -c 3 "$WORK/captions.srt" | od -An -tx1 | tr -d ' ')" efbbbf
is "the poster is a picture" "$(tv curl -fsS --max-time 10 "$(of_item '."upnp:albumArtURI"')" | head -c 2 | od -An -tx1)" " ff d8"

tv gst-launch-1.0 -v uridecodebin uri="$url" ! video/x-raw ! identity silent=false ! fakesink sync=false \
  >"$WORK/gst.log" 2>&1 || wrong "GStreamer plays the file: $(tail -n 2 "$WORK/gst.log")"
frames=$(grep -c 'identity0.*chain' "$WORK/gst.log" || true)
tv curl -fsS --max-time 10 -o "$WORK/file.mp4" "$url"
is "GStreamer plays every frame" "$frames" \
  "$(ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 "$WORK/file.mp4")"

# --- changes ---
api() { # api METHOD PATH BODY [CURL-OPTION...]
  local method=$1 path=$2 body=$3
  shift 3
  curl -fsS --max-time 10 -X "$method" -H 'Authorization: Bearer 0123456789abcdefghij' -H 'Content-Type: application/json' \
    -d "$body" "$@" "$BASE$path"
}
edit() { # edit PATH BODY: with the version that it has
  local tag
  tag=$(curl -fsS -D - -o /dev/null --max-time 10 -H 'Authorization: Bearer 0123456789abcdefghij' "$BASE$1" |
    tr -d '\r' | sed -n 's/^ETag: //p')
  api PATCH "$1" "$2" -H "If-Match: $tag" >/dev/null
}
mkfifo "$WORK/until"
client 木棉 events <"$WORK/until" >"$WORK/events" 2>"$WORK/events.err" &
EVENTS_PID=$!
exec 9>"$WORK/until"
id_count() { grep -c '^ID' "$WORK/events" || true; }
becomes "who subscribes is told the number at once" 1 id_count
[ "$(id_count)" = 1 ] || sed 's/^/#   /' "$WORK/events.err"
course=$(sql "SELECT course_id FROM lesson LIMIT 1")
edit "/api/v1/courses/$course" '{"status":"withdrawn"}'
becomes "a change is told" 2 id_count
exec 9>&-
wait "$EVENTS_PID" || wrong "the subscriber ends in good order"
becomes "what is withdrawn is not shown" \
  "$(sql "SELECT COUNT(*) FROM lesson JOIN course ON course.id = course_id WHERE state = 'published'")" total

# --- a room with a lesson and a channel of its own, for later ---
room=$(api POST /api/v1/rooms '{"name":"一号活动室"}' | jq -r .id)
private=$(sql "SELECT course_id FROM lesson JOIN course ON course.id = course_id WHERE state = 'published' ORDER BY course.title LIMIT 1")
edit "/api/v1/courses/$private" "{\"visibility\":\"room\",\"visible_to\":\"$room\"}"
private_title=$(sql "SELECT title FROM course WHERE id = '$private'")
channel=$(api POST /api/v1/channels "{\"title\":\"本室频道\",\"number\":1,\"visibility\":\"room\",\"visible_to\":\"$room\"}" | jq -r .id)
api PUT "/api/v1/channels/$channel/schedule" \
  "{\"entries\":[{\"days\":[1,2,3,4,5,6,7],\"start\":\"00:00\",\"end\":\"23:59\",\"course_id\":\"$private\",\"order\":\"loop\"}]}" -H 'If-Match: *' >/dev/null
public_count=$(sql "SELECT COUNT(*) FROM lesson JOIN course ON course.id = course_id WHERE state = 'published' AND visibility = 'public'")
becomes "what is for a room alone is not shown to others" "$public_count" total

# --- hostile requests ---
DLNA_PID=$(pgrep -P "$SERVE_PID" -x kapok-dlna)
control=$(ss -Htlnp "src $SERVER_ADDRESS" 2>/dev/null | grep -o "$SERVER_ADDRESS:[0-9]*" | head -n 1)
[ -n "$control" ] || control=$(tv "$PYTHON" - <<'EOF'
import socket
for port in range(1024, 65536):
    s = socket.socket(); s.settimeout(1)
    if s.connect_ex(("10.99.0.1", port)) == 0 and port != 8090:
        print(f"10.99.0.1:{port}"); break
EOF
)
soap() { # soap BODY-FILE [CURL-OPTION...]: the status of the answer
  local body=$1
  shift
  status_of -H 'Content-Type: text/xml; charset="utf-8"' -H 'Expect:' \
    -H 'SOAPAction: "urn:schemas-upnp-org:service:ContentDirectory:1#Search"' --data-binary "@$body" "$@" \
    "http://$control/control/ContentDirectory" || true
}
envelope() { # envelope CRITERIA
  printf '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:Search xmlns:u="urn:schemas-upnp-org:service:ContentDirectory:1"><ContainerID>0</ContainerID><SearchCriteria>%s</SearchCriteria><Filter>*</Filter><StartingIndex>0</StartingIndex><RequestedCount>1</RequestedCount><SortCriteria></SortCriteria></u:Search></s:Body></s:Envelope>' "$1"
}
envelope '*' >"$WORK/soap"
is "a right question by hand is answered" "$(soap "$WORK/soap")" 200
envelope "$(printf '(%.0s' $(seq 3000))" >"$WORK/soap"
is "brackets in brackets are refused" "$(soap "$WORK/soap")" 500
envelope "$(head -c 200000 /dev/zero | tr '\0' x)" >"$WORK/soap"
is "a long body is cut off" "$(soap "$WORK/soap")" 000
is "a long body in pieces is cut off" "$(soap "$WORK/soap" -H 'Transfer-Encoding: chunked')" 000
printf '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;' >"$WORK/soap"
is "what is no envelope is refused" "$(soap "$WORK/soap" | tr 45 x | cut -c 1)" x
: >"$WORK/soap"
is "an empty body is refused" "$(soap "$WORK/soap" | tr 45 x | cut -c 1)" x
is "no file beside the descriptions is given" "$(status_of --path-as-is "http://$control/../../../../etc/passwd" | cut -c 1)" 4
is "and the descriptions are" "$(status_of "http://$control/ContentDirectory.xml")" 200
envelope '*' >"$WORK/soap"
is "after all that it answers" "$(soap "$WORK/soap")" 200
is "and is the same process" "$(pgrep -P "$SERVE_PID" -x kapok-dlna)" "$DLNA_PID"

# --- the end ---
client 木棉 leave >"$WORK/leave" 2>/dev/null &
LEAVE_PID=$!
said() { grep -c "$1" "$WORK/leave" || true; }
becomes "the television sees it" 1 said HERE
stop_serve
is "kapok ends in good order" "$SERVE_STATUS" 0
wait "$LEAVE_PID" || true
is "byebye was seen" "$(said LEFT)" 1
is "no process is left" "$(left_of "$DLNA_PID")" 0
if grep -E 'AddressSanitizer|runtime error|CRITICAL' "$SERVE_LOG"; then wrong "the log has no complaint"; fi

# --- the room profile ---
refused=$("$KAPOK" serve --data "$DATA" --listen 127.0.0.1:8090 --room 二号活动室 2>&1 || true)
has "a room that is not there is named" "$refused" 二号活动室
start_serve --room 一号活动室 --room-network 10.99.0.2 --dlna-interface kapok-s --listen 0.0.0.0:8090 --workers 1
log_has "the room's server is announced" "interface=kapok-s"
room_total() { client 一号活动室 total 2>/dev/null; }
becomes "the room sees its own lesson too" $((public_count + 1)) room_total
is "and its programme" "$(client 一号活动室 list room 2>/dev/null)" "$private_title"
is "who is in the room sees its lessons without signing in" \
  "$(tv curl -fsS --max-time 10 "http://$SERVER_ADDRESS:8090/api/v1/courses?limit=1" | jq .total)" $((public_count + 1))
is "elsewhere nobody does" "$(curl -fsS --max-time 10 "$BASE/api/v1/courses?limit=1" | jq .total)" "$public_count"
file=/media/$shared_asset/$(basename "$url")
is "a public file comes to everybody" "$(status_of "http://$SERVER_ADDRESS:8090$file") $(curl -s -o /dev/null -w '%{http_code}' "$BASE$file")" "200 200"
# every course has the same media: all of them go
sqlite3 -cmd '.timeout 10000' "$DATA/catalog.sqlite3" "UPDATE course SET visibility = 'room', visible_to = '$room'"
files="poster.jpg captions/en.srt $(basename "$url")"
for name in $files; do
  is "in the room $name comes at once" "$(status_of "http://$SERVER_ADDRESS:8090/media/$shared_asset/$name")" 200
  is "elsewhere there is no $name" "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/media/$shared_asset/$name")" 404
done
is "a playlist leads to its signed address" "$(status_of -L "http://$SERVER_ADDRESS:8090/media/$shared_asset/master.m3u8")" 200
stop_serve

# --- the peer ---
mkdir "$WORK/media" "$WORK/minidlna"
for i in $(seq 30); do ln "$WORK/file.mp4" "$WORK/media/社区课堂 第$i讲.mp4"; done
cat >"$WORK/minidlna.conf" <<EOF
network_interface=kapok-s
port=8200
media_dir=V,$WORK/media
db_dir=$WORK/minidlna
log_dir=$WORK/minidlna
friendly_name=peer
inotify=no
EOF
/usr/sbin/minidlnad -S -f "$WORK/minidlna.conf" -P "$WORK/minidlna.pid" >"$WORK/minidlna.log" 2>&1 &
PEER_PID=$!
trap 'kill "$TV_PID" "$PEER_PID" 2>/dev/null; clean_up' EXIT
peer_total() { client peer total 2>/dev/null || true; }
becomes "the peer has read its files" 30 peer_total
checked minidlna peer 第3讲 7
kill "$PEER_PID"
wait "$PEER_PID" 2>/dev/null || true
finish
