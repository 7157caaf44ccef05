#!/usr/bin/env bash
# Posters and storyboards: of wide, upright, turned and one-picture sources, with near and far key frames. Each tile shows
# its time's picture; a poster is not the black that a lesson begins with.
source "$(dirname "$0")/lib.sh"

mkdir "$WORK/in"
cd "$WORK/in"

encode() { ffmpeg -nostdin -v error "$@"; }
x264=(-c:v libx264 -preset ultrafast -pix_fmt yuv420p)

# steps SIZE: grey that grows lighter every two seconds: luma 40, 60, 80, ...
steps() { echo "color=c=black:size=$1:rate=25:duration=12,format=yuv420p,geq=lum='40+20*floor(T/2)':cb=128:cr=128"; }

make_sources() {
  encode -f lavfi -i "$(steps 640x360)" "${x264[@]}" -g 50 wide.mp4
  encode -f lavfi -i "$(steps 360x640)" "${x264[@]}" -g 500 upright.mkv
  encode -i wide.mp4 -c copy -metadata:s:v:0 rotate=90 turned.mov
  encode -i upright.mkv -c:v mpeg2video -q:v 3 -g 15 tuner.ts
  encode -f lavfi -i testsrc2=size=320x240 -frames:v 1 photo.png
  encode -f lavfi -i color=c=black:size=640x360:rate=25:duration=6 -f lavfi -i testsrc2=size=640x360:rate=25:duration=3 \
    -filter_complex '[1]hue=s=0.6[c];[0][c]concat' "${x264[@]}" -g 25 dark_start.mp4
  encode -f lavfi -i color=c=black:size=640x360:rate=25:duration=20 -f lavfi -i testsrc2=size=640x360:rate=25:duration=4 \
    -filter_complex '[0][1]concat' "${x264[@]}" -g 1000 -sc_threshold 0 one_key.mp4
  encode -f lavfi -i sine=duration=3 -c:a aac sound.m4a
}

make_sources
start_serve
files=(wide.mp4 upright.mkv turned.mov tuner.ts photo.png dark_start.mp4 one_key.mp4 sound.m4a)
mapfile -t ids < <("$KAPOK" ingest --data "$DATA" --wait "${files[@]}" 2>"$WORK/ingest.log" | cut -f1)
[ "${#ids[@]}" = "${#files[@]}" ] || die "ingest: $(tail -3 "$WORK/ingest.log")"
declare -A asset_of
for i in "${!files[@]}"; do asset_of[${files[$i]%.*}]=${ids[$i]}; done

size_of() { ffprobe -v error -show_entries stream=width,height -of csv=p=0:s=x "$1"; }
# mean_luma FILE [X,Y,W,H]: 0 to 255 of the JPEG.
mean_luma() {
  local crop=${2:+crop=$(awk -F, '{ print $3 ":" $4 ":" $1 ":" $2 }' <<<"$2"),}
  ffmpeg -nostdin -v error -i "$1" -vf "${crop}signalstats,metadata=mode=print:key=lavfi.signalstats.YAVG:file=-" \
    -f null - | sed -n 's/.*YAVG=\([0-9]*\).*/\1/p'
}

# check_tiles NAME TILE SHEET COUNT STEP...: of the index and the first sheet; STEP is the step each tile shows.
check_tiles() {
  local name=$1 tile=$2 sheet=$3 count=$4 url=$BASE/media/${asset_of[$1]} index place luma expected n=0
  shift 4
  index=$(curl -fsS "$url/storyboard.vtt") || wrong "$name: no storyboard"
  is "$name: tiles" "$(grep -c xywh <<<"$index")" "$count"
  curl -fsS -o "$WORK/$name.jpg" "$url/sheet-0.jpg"
  is "$name: size of the sheet" "$(size_of "$WORK/$name.jpg")" "$sheet"
  for step in "$@"; do
    place=$(grep -o 'xywh=.*' <<<"$index" | sed -n "$((n + 1))s/xywh=//p")
    is "$name: size of tile $n" "$(cut -d, -f3,4 <<<"$place")" "$tile"
    luma=$(mean_luma "$WORK/$name.jpg" "$place")
    expected=$(((40 + 20 * step - 16) * 255 / 219))
    if [ "$luma" -ge $((expected - 6)) ] && [ "$luma" -le $((expected + 6)) ]; then
      ok "$name: tile $n shows its time"
    else
      wrong "$name: tile $n has luma $luma, expected $expected"
    fi
    n=$((n + 1))
  done
}

check_tiles wide 160,90 960x90 6 0 1 2 3 4 5
check_tiles upright 90,160 540x160 6 0 1 2 3 4 5
check_tiles turned 90,160 540x160 6 0 1 2 3 4 5
check_tiles tuner 90,160 540x160 6 0 1 2 3 4 5
check_tiles photo 120,90 120x90 1
is "sound has no storyboard" "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/media/${asset_of[sound]}/storyboard.vtt")" 404

# check_poster NAME SIZE LUMA_MIN LUMA_MAX
check_poster() {
  local luma
  curl -fsS -o "$WORK/poster.jpg" "$BASE/media/${asset_of[$1]}/poster.jpg" || wrong "$1: no poster"
  is "$1: size of the poster" "$(size_of "$WORK/poster.jpg")" "$2"
  luma=$(mean_luma "$WORK/poster.jpg")
  if [ "$luma" -ge "$3" ] && [ "$luma" -le "$4" ]; then ok "$1: poster's luma $luma"; else wrong "$1: poster's luma is $luma"; fi
}
check_poster wide 640x360 20 200
check_poster turned 360x640 20 200
check_poster photo 320x240 60 200
check_poster dark_start 640x360 60 200
check_poster one_key 640x360 60 200
check_poster sound 1280x720 180 250

is "no job failed" "$(sql "SELECT COUNT(*) FROM job WHERE error_code IS NOT NULL")" 0
"$KAPOK" status --data "$DATA" >/dev/null
sheets_stored() { find "$DATA/objects" -name 'storyboard-*.jpg' | wc -l; }
becomes "what is stored is listed" "$(sql 'SELECT COUNT(*) FROM storyboard_sheet')" sheets_stored
stop_serve
finish
