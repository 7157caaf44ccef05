#!/usr/bin/env bash
# Sound and picture stay together: sources with a flash and a beep every four seconds, in shapes that real recorders
# make; the distance of each beep to its flash is the same after transcoding.
source "$(dirname "$0")/lib.sh"

mkdir "$WORK/in"
cd "$WORK/in"

# picture RATE SECONDS; sound RATE SECONDS: ffmpeg inputs.
picture() {
  printf '%s' "color=black:size=320x240:rate=$1:duration=$2,drawbox=color=white:t=fill:enable='lt(mod(t+2.0001,4),0.2)'"
}
sound() { printf '%s' "aevalsrc='if(lt(mod(t+2,4),0.2),0.8*sin(2*PI*1000*t),0)':sample_rate=$1:duration=$2"; }
x264=(-c:v libx264 -preset veryfast -bf 3)
encode() { ffmpeg -nostdin -v error "$@"; }

# name -> seconds of a frame
declare -A frame_s=([camera.mp4]=0.0334 [late_picture.mkv]=0.04 [late_sound.mkv]=0.04 [screen.mp4]=0.1 [tuner.ts]=0.04 [phone.mov]=0.0334
  [joined.ts]=0.04 [wrapped.ts]=0.04 [holed.ts]=0.04)
files=(camera.mp4 late_picture.mkv late_sound.mkv screen.mp4 tuner.ts phone.mov joined.ts wrapped.ts holed.ts)
# The file that says how it should be, where the source itself cannot be read that simply.
declare -A model=([joined.ts]=four.mp4 [wrapped.ts]=four.mp4 [holed.ts]=four.mp4)

encode -f lavfi -i "$(picture 30000/1001 42)" -f lavfi -i "$(sound 44100 42)" "${x264[@]}" -c:a aac -ac 1 camera.mp4
encode -itsoffset 0.5 -f lavfi -i "$(picture 25 20)" -f lavfi -i "$(sound 48000 20)" "${x264[@]}" -c:a aac late_picture.mkv
encode -f lavfi -i "$(picture 25 20)" -itsoffset 0.7 -f lavfi -i "$(sound 48000 20)" "${x264[@]}" -c:a libopus late_sound.mkv
# A screen recorder: most frames are left out, none at an even distance.
encode -f lavfi -i "$(picture 50 20)" -f lavfi -i "$(sound 32000 20)" -vf "select='lt(mod(t+2.0001,4),0.4)+not(mod(n,7))+not(mod(n,11))'" \
  -fps_mode vfr "${x264[@]}" -c:a aac screen.mp4
# Off air: times begin somewhere, and two seconds of the sound came before the picture.
encode -itsoffset 2 -f lavfi -i "$(picture 25 20)" -f lavfi -i "$(sound 48000 20)" -c:v mpeg2video -g 12 -bf 2 -c:a mp2 \
  -output_ts_offset 9000 tuner.ts
encode -f lavfi -i "$(picture 30 20)" -f lavfi -i "$(sound 44100 20)" "${x264[@]}" -c:a aac level.mov
encode -i level.mov -c copy -metadata:s:v:0 rotate=90 phone.mov
# Clocks that jump back at each part and wrap around, and a hole in the middle: sound and picture stay together after it.
encode -f lavfi -i "$(picture 25 16)" -f lavfi -i "$(sound 48000 16)" "${x264[@]}" -g 25 -c:a aac four.mp4
encode -t 8 -i four.mp4 -c copy half.ts
cat half.ts half.ts >joined.ts
encode -i four.mp4 -c copy -output_ts_offset 95436 wrapped.ts # 2^33 / 90000 s is 95443.7
encode -f lavfi -i "$(picture 25 16),noise=alls=20:allf=t" -f lavfi -i "$(sound 48000 16)" "${x264[@]}" -g 25 -c:a aac holed.ts
dd if=/dev/zero of=holed.ts conv=notrunc bs=1000 seek=$(($(stat -c %s holed.ts) / 2000)) count=60 status=none

start_serve
status=0
"$KAPOK" ingest --data "$DATA" --wait "${files[@]}" >"$WORK/ingest.out" 2>"$WORK/ingest.err" || status=$?
is "all are taken" "$status" 0
[ "$status" = 0 ] || sed 's/^/# /' "$WORK/ingest.err"
mapfile -t assets < <(cut -f1 "$WORK/ingest.out")
for i in "${!files[@]}"; do
  file=${files[$i]}
  if words=$(node_tool onsets.mjs "${model[$file]:-$file}" "$BASE/media/${assets[$i]}/master.m3u8" "${frame_s[$file]}"); then
    ok "$file: $words"
  else
    wrong "$file: $words"
  fi
done
is "the phone's picture stands upright" "$(asset "${assets[5]}" '.tracks | map(select(.kind == "video") | .width < .height) | all')" true
stop_serve
finish
