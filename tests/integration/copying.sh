#!/usr/bin/env bash
# Sources whose own H.264 is fit to be the best rung are copied, at their own key frames, picture by picture; those that
# are not are encoded, and the plan says why. A copy that turns out impossible half-way is encoded after all.
source "$(dirname "$0")/lib.sh"

mkdir "$WORK/in"
cd "$WORK/in"

encode() { ffmpeg -nostdin -v error "$@"; }
# picture RATE SECONDS; sound SECONDS: the words of ffmpeg for an input.
picture() { input=(-f lavfi -i "testsrc2=size=960x540:rate=$1:duration=$2"); }
sound() { input+=(-f lavfi -i "sine=frequency=440:sample_rate=48000:duration=$1"); }
# x264 [PARAMETER...]: closed groups of 2 s at 25 frames a second, B-frames, under the rung's rate.
x264() {
  local parameters=keyint=50:min-keyint=50:scenecut=0:open-gop=0:bframes=3:vbv-maxrate=1000:vbv-bufsize=1000
  codec=(-c:v libx264 -preset ultrafast -pix_fmt yuv420p -crf 30 -x264-params "$parameters${1:+:$1}")
}
# mp4 NAME WORD...; the pictures and sound at hand, in an MP4 file.
mp4() {
  local name=$1
  shift
  encode "${input[@]}" "${codec[@]}" "$@" -c:a aac "$name"
}

# position_of FILE SECOND: where in the file the first picture from then on begins, in bytes.
position_of() {
  ffprobe -v error -select_streams v -show_entries packet=pts_time,pos -of csv=p=0 "$1" |
    awk -F, -v from="$2" '!found && $1 >= from { print $2; found = 1 }'
}

# A line for each file: name and "copied", or the reason why not.
expected=()
copied() { expected+=("$1 copied"); }
encoded() { expected+=("$1 $2"); }

make_fit_ones() {
  picture 25 15 && sound 15 && x264
  mp4 cfr.mp4
  copied cfr.mp4
  encode -i cfr.mp4 -c copy cfr.mkv
  copied cfr.mkv
  encode -i cfr.mp4 -c copy cfr.ts
  copied cfr.ts
  encode -i cfr.mp4 -c copy -muxrate 45M padded.ts # above 64 MiB
  copied padded.ts
  picture 30000/1001 13 && sound 13 && x264 keyint=60:min-keyint=60
  mp4 ntsc.mp4
  copied ntsc.mp4
  picture 25 14 && sound 14 && x264 keyint=90:min-keyint=1
  mp4 scenes.mp4 -force_key_frames 0,1.28,3.92,5,8.16,8.4,11
  copied scenes.mp4
  picture 25 12 && sound 12 && x264 keyint=15:min-keyint=1
  mp4 screen.mp4 -vf "select='not(mod(n,7))+not(mod(n,11))'" -fps_mode vfr -video_track_timescale 50000
  copied screen.mp4
  picture 25 9 && x264
  encode -f lavfi -i sine=duration=9.6 -itsoffset 0.6 "${input[@]}" -map 0 -map 1 "${codec[@]}" -c:a aac late.mp4
  copied late.mp4
  picture 25 9 && x264
  mp4 silent.mov
  copied silent.mov
}

make_unfit_ones() {
  picture 25 9 && sound 9
  x264 open-gop=1 && mp4 open.mp4
  encoded open.mp4 gop
  x264 keyint=150 && mp4 far.mp4
  encoded far.mp4 gop
  codec=(-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -b:v 6000k) && mp4 fat.mp4 -vf noise=alls=40
  encoded fat.mp4 bit_rate
  x264 && mp4 deep.mp4 -pix_fmt yuv420p10le
  encoded deep.mp4 profile
  x264 interlaced=1 && mp4 fields.mp4
  encoded fields.mp4 converted
  x264 && mp4 wide.mp4 -aspect 4:3
  encoded wide.mp4 size
  mp4 full.mp4 -color_range pc
  encoded full.mp4 converted
  encode -i cfr.mp4 -c copy -metadata:s:v:0 rotate=90 turned.mp4
  encoded turned.mp4 converted
  encode -ss 1 -i cfr.mp4 -c copy trimmed.mp4
  encoded trimmed.mp4 edges
  encode -i cfr.mp4 -c copy -movflags faststart whole.mp4
  head -c $(($(stat -c %s whole.mp4) * 2 / 3)) whole.mp4 >cut.mp4
  encoded cut.mp4 damaged
  head -c "$(position_of whole.mp4 12)" whole.mp4 >short.mp4 && rm whole.mp4
  encoded short.mp4 damaged
}

make_fit_ones
make_unfit_ones
note "${#expected[@]} files after $SECONDS s"
mapfile -t files < <(printf '%s\n' "${expected[@]}" | cut -d' ' -f1)
start_serve --span-duration 12s
"$KAPOK" ingest --data "$DATA" --wait "${files[@]}" >"$WORK/ingest.out" 2>"$WORK/ingest.err" || true
is "a line for each file" "$(wc -l <"$WORK/ingest.out")" "${#files[@]}"
note "all ingested after $SECONDS s"

# pictures_of FILE: a hash of each picture of a file or playlist.
pictures_of() { ffmpeg -nostdin -v error -i "$1" -map 0:v:0 -fps_mode passthrough -f framemd5 - | awk -F, '!/^#/ { print $6 }'; }

# check_copied FILE ID
check_copied() {
  local copy=$BASE/media/$2/c540/playlist.m3u8 bigger smaller
  is "$1: the rungs" "$(sql "SELECT group_concat(name, ' ') FROM (SELECT name FROM track WHERE asset_id = '$2' AND kind = 'video' ORDER BY height)")" "v360 c540"
  if cmp -s <(pictures_of "$1") <(pictures_of "$copy"); then ok "$1: every picture as in the source"; else wrong "$1: other pictures than in the source"; fi
  if node_tool check_lesson.mjs "$BASE" "$2" "$1" "$WORK" >"$WORK/lesson.out" 2>&1; then
    ok "$1: $(wc -l <"$WORK/lesson.out") findings on the lesson"
  else
    grep -v '^ok' "$WORK/lesson.out" || true
    wrong "$1: the lesson"
  fi
  # The rungs show the same at the same time: a frame earlier or later the clock in the picture would be another.
  ssim=$(ffmpeg -nostdin -v error -i "$copy" -i "$BASE/media/$2/v360/playlist.m3u8" -filter_complex \
    "[0:v]fps=25,scale=640:360:flags=bicubic[a];[1:v]fps=25,scale=640:360[b];[a][b]ssim=stats_file=-" -f null - | awk '{ sub("All:", "", $(NF-1)); n += $(NF-1) } END { print n / NR }')
  if awk -v s="$ssim" 'BEGIN { exit !(s > 0.93) }'; then ok "$1: the rungs go together (SSIM $ssim)"; else wrong "$1: the rungs do not go together: SSIM $ssim"; fi
}

# check_encoded FILE ID REASON
check_encoded() {
  is "$1: state" "$(asset "$2" .state)" ready
  is "$1: nothing is copied" "$(sql "SELECT COUNT(*) FROM track WHERE asset_id = '$2' AND name LIKE 'c%'")" 0
  is "$1: why" "$(sql "SELECT json_extract(plan, '\$.copy.why_not') FROM asset WHERE id = '$2'")" "$3"
}

i=0
while IFS=$'\t' read -r id _; do
  read -r file outcome <<<"${expected[$i]}"
  i=$((i + 1))
  if [ "$outcome" = copied ]; then check_copied "$file" "$id"; else check_encoded "$file" "$id" "$outcome"; fi
done <"$WORK/ingest.out"
# A packet in the middle turns out to be none: the lesson is made all the same, with another top rung, and no file stays.
break_middle() {
  local position # of a frame between two key frames, which the probe does not look at
  position=$(ffprobe -v error -select_streams v -show_entries packet=pos -of csv=p=0 cfr.mp4 | sed -n '220s/[^0-9].*//;220p')
  cp cfr.mp4 broken.mp4
  head -c 64 /dev/zero | tr '\0' '\245' | dd of=broken.mp4 bs=1 seek="$position" conv=notrunc status=none
}
break_middle
id=$("$KAPOK" ingest --data "$DATA" --wait broken.mp4 2>/dev/null | cut -f1)
is "broken.mp4: state" "$(asset "$id" .state)" ready
has "broken.mp4: was to be copied" "$(grep "asset=$id" "$SERVE_LOG")" "is encoded instead of copied"
is "broken.mp4: the rungs" "$(sql "SELECT group_concat(name, ' ') FROM (SELECT name FROM track WHERE asset_id = '$id' AND kind = 'video' ORDER BY height)")" "v360 v540"
is "broken.mp4: why" "$(sql "SELECT json_extract(plan, '\$.copy.why_not') FROM asset WHERE id = '$id'")" given_up
messages=$(ffmpeg -nostdin -v warning -i "$BASE/media/$id/master.m3u8" -map 0 -f null - 2>&1 | head -c 400)
is "broken.mp4: ffmpeg reads it without a message" "$messages" ""
is "broken.mp4: no file of the copy stays" "$(find "$DATA/objects/asset/$id" -path '*/c540/*' | wc -l)" 0

# The power goes out in the middle of a copied lesson: it goes on where it was, and is as it would have been.
encode -stream_loop 3 -i cfr.mp4 -c copy long.mp4
id=$("$KAPOK" ingest --data "$DATA" long.mp4 | cut -f1)
for _ in $(seq 300); do
  if [ "$(sql "SELECT COUNT(*) FROM span JOIN track ON track.id = track_id WHERE asset_id = '$id' AND name = 'c540'")" -ge 2 ]; then break; fi
  sleep 0.1
done
crash_serve
before=$(sql "SELECT group_concat(blob_key, ' ') FROM (SELECT blob_key FROM span JOIN track ON track.id = track_id WHERE asset_id = '$id' AND name = 'c540' ORDER BY span_index)")
start_serve --span-duration 12s
is "long.mp4: completes after a crash" "$(wait_for_state "$id" 200 ready failed)" ready
has "long.mp4: nothing published is copied again" "$(sql "SELECT group_concat(blob_key, ' ') FROM (SELECT blob_key FROM span JOIN track ON track.id = track_id WHERE asset_id = '$id' AND name = 'c540' ORDER BY span_index)")" "$before"
check_copied long.mp4 "$id"

is "no process of the tree died" "$(grep -c 'process ended by a signal\|process exited' "$SERVE_LOG" || true)" 0
note "$SECONDS s"
finish
