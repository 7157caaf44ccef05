#!/usr/bin/env bash
# Files that are not what they seem: each ends failed with words that a teacher understands, or plays as far as it
# goes; the server goes on.
source "$(dirname "$0")/lib.sh"

clip=$KAPOK_MEDIA/animation-720p24.mp4
need_file "$clip"
mkdir "$WORK/in"
cd "$WORK/in"

seq 1 20000 >text.mp4
: >empty.mp4
# The index in front: what is left of the picture can be played. The index at the end: it is gone.
ffmpeg -nostdin -v error -i "$clip" -c copy -movflags +faststart whole_front.mp4
ffmpeg -nostdin -v error -i "$clip" -c copy whole_back.mp4
for kind in front back; do
  head -c $(($(stat -c %s whole_$kind.mp4) * 6 / 10)) whole_$kind.mp4 >truncated_$kind.mp4
done
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=64x48:rate=10:duration=3 -c:v rawvideo -pix_fmt bgr24 sized.avi
node_tool patch_size.mjs sized.avi zero.avi
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x240:rate=25:duration=3 -c:v libx264 -preset ultrafast sized.mp4
node_tool patch_size.mjs sized.mp4 zero.mp4
ffmpeg -nostdin -v error -f lavfi -i sine=duration=0.005 -c:a pcm_s16le instant.wav
head -c 300000 /dev/urandom >noise.mkv

# 255 bytes: spaces, quotes of both kinds, Chinese, a percent sign; filled up with characters of three bytes.
name="太极拳 \"第一课\" it's 100% '好' "
while [ $(($(printf %s "$name" | wc -c) + 3 + 4)) -le 255 ]; do name+=课; done
while [ $(($(printf %s "$name" | wc -c) + 4)) -lt 255 ]; do name+=x; done
name+=.mp4
is "the long name has 255 bytes" "$(printf %s "$name" | wc -c)" 255
cp "$clip" "$name"

start_serve
files=(text.mp4 empty.mp4 truncated_front.mp4 truncated_back.mp4 zero.avi zero.mp4 instant.wav noise.mkv "$name")
status=0
"$KAPOK" ingest --data "$DATA" --wait "${files[@]}" >"$WORK/ingest.out" 2>"$WORK/ingest.err" || status=$?
sed 's/^/# /' "$WORK/ingest.err"
is "ingest --wait tells that some failed" "$status" 1
is "a line for each file" "$(wc -l <"$WORK/ingest.out")" "${#files[@]}"

codes=' not_media empty no_tracks bad_picture too_long too_large too_short unsupported damaged '
# check_failed FILE ID [CODE]: failed, of the source's own making, and said in Chinese.
check_failed() {
  local code error
  is "$1 failed" "$(asset "$2" .state)" failed
  code=$(asset "$2" .error_code)
  error=$(asset "$2" .error)
  note "$1: $code: $error"
  has "$1: the code blames the file" "$codes" " $code "
  [ $# -lt 3 ] || is "$1: the code" "$code" "$3"
  if printf %s "$error" | grep -qP '\p{Han}{4,}'; then ok "$1: the error is Chinese"; else wrong "$1: the error is \"$error\""; fi
  if printf %s "$error" | grep -qiP 'ffmpeg|libav|gstreamer|errno|invalid data|0x|/'; then wrong "$1: technical words: $error"; fi
  has "$1: ingest --wait says the same" "$(cat "$WORK/ingest.err")" "$error"
}

# check_plays FILE ID LEAST_SECONDS: ready, and all of it decodes.
check_plays() {
  local messages duration
  is "$1 is ready" "$(asset "$2" .state)" ready
  messages=$(ffmpeg -nostdin -v warning -i "$BASE/media/$2/master.m3u8" -map 0 -f null - 2>&1 | head -c 400)
  is "$1: ffmpeg reads it without a message" "$messages" ""
  duration=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$BASE/media/$2/master.m3u8")
  if [ "${duration%.*}" -ge "$3" ]; then ok "$1: $duration s"; else wrong "$1: only $duration s"; fi
}

# check_either FILE ID LEAST_SECONDS
check_either() {
  if [ "$(asset "$2" .state)" = failed ]; then check_failed "$1" "$2"; else check_plays "$1" "$2" "$3"; fi
}

i=0
while IFS=$'\t' read -r id title; do
  file=${files[$i]}
  i=$((i + 1))
  case $file in
  text.mp4) check_failed "$file" "$id" ;;
  empty.mp4) check_failed "$file" "$id" empty ;;
  zero.avi) check_failed "$file" "$id" ;;
  noise.mkv) check_failed "$file" "$id" ;;
  truncated_back.mp4) check_failed "$file" "$id" ;;
  truncated_front.mp4) check_plays "$file" "$id" 4 ;; # the picture lies spread over the file: 60 % of 10 s
  zero.mp4) check_either "$file" "$id" 2 ;;           # the stream itself says its size
  instant.wav) check_either "$file" "$id" 0 ;;
  *)
    check_plays "the long name" "$id" 9
    is "the title is the name without its ending" "$title" "${name%.mp4}"
    ;;
  esac
done <"$WORK/ingest.out"

is "the server is healthy" "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/healthz")" 200
is "no process of the tree died" "$(grep -c 'process ended by a signal\|process exited' "$SERVE_LOG" || true)" 0
is "all are listed" "$(curl -fsS "$BASE/api/v1/courses?limit=100" | jq .total)" "${#files[@]}"
is "every job came to its end" "$(sql "SELECT count(*) FROM job WHERE state IN ('ready', 'running')")" 0
stop_serve
is "serve ends in good order" "$SERVE_STATUS" 0
is "no work folder stays" "$(find "$DATA/tmp" -mindepth 1 | wc -l)" 0
finish
