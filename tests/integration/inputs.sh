#!/usr/bin/env bash
# What people bring: files of many cameras, recorders and years. Each plays with the right length and shape, or fails
# with words; the list below says which.
source "$(dirname "$0")/lib.sh"

mkdir "$WORK/in"
cd "$WORK/in"

encode() { ffmpeg -nostdin -v error "$@"; }
# picture SIZE RATE SECONDS; sound SECONDS [RATE]: the words of ffmpeg for an input.
picture() { input=(-f lavfi -i "testsrc2=size=$1:rate=$2:duration=$3"); }
sound() { input+=(-f lavfi -i "sine=frequency=440:sample_rate=${2:-48000}:duration=$1"); }
x264=(-c:v libx264 -preset ultrafast -pix_fmt yuv420p)

# A line for each file: name, seconds, shape (width:height as shown, "sound" without a picture), or the error code.
expected=()
# made NAME SECONDS SHAPE; refused NAME CODE
made() { expected+=("$1 $2 $3"); }
refused() { expected+=("$1 $2 -"); }

make_cameras() {
  picture 320x240 30 3 && sound 3 44100
  encode "${input[@]}" "${x264[@]}" -c:a aac level.mov
  encode -i level.mov -c copy -metadata:s:v:0 rotate=90 upright.mov && rm level.mov
  made upright.mov 3 240:320
  picture 720x576 25 3 && sound 3
  encode "${input[@]}" -target pal-dv -aspect 16:9 camera.dv
  made camera.dv 3 16:9
  encode "${input[@]}" -vf setsar=16/15,setfield=tff -c:v mpeg2video -flags +ildct+ilme -b:v 4M -c:a mp2 tuner.ts
  made tuner.ts 3 4:3
  encode "${input[@]}" -aspect 4:3 -c:v mpeg2video -b:v 4M -c:a ac3 disc.vob
  made disc.vob 3 4:3
  picture 640x360 25 3 && sound 3
  encode "${input[@]}" -c:v prores_ks -profile:v 3 -pix_fmt yuv422p10le -c:a pcm_s24le studio.mov
  made studio.mov 3 16:9
  encode "${input[@]}" -c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le -c:a libopus deep.mkv
  made deep.mkv 3 16:9
  encode "${input[@]}" "${x264[@]}" -c:a aac -movflags frag_keyframe+empty_moov pieces.mp4
  made pieces.mp4 3 16:9
  picture 320x240 120 3 && sound 3
  encode "${input[@]}" "${x264[@]}" -c:a aac fast.mp4
  made fast.mp4 3 4:3
}

make_old_ones() {
  picture 320x240 15 3 && sound 3 22050
  encode "${input[@]}" -c:v mjpeg -pix_fmt yuvj422p -c:a pcm_u8 photo_camera.avi
  made photo_camera.avi 3 4:3
  picture 320x240 25 3 && sound 3 44100
  encode "${input[@]}" -c:v wmv2 -c:a wmav2 office.wmv
  made office.wmv 3 4:3
  encode "${input[@]}" -c:v flv -c:a libmp3lame site.flv
  made site.flv 3 4:3
  encode "${input[@]}" -c:v h263 -s 352x288 -c:a aac -ar 8000 -ac 1 phone.3gp
  made phone.3gp 3 4:3
}

make_pictures_of_any_kind() {
  picture 320x240 25 3
  encode "${input[@]}" -c:v ffv1 -pix_fmt gray gray.mkv
  made gray.mkv 3 4:3
  encode "${input[@]}" -c:v huffyuv -pix_fmt rgb24 rgb.avi
  made rgb.avi 3 4:3
  encode "${input[@]}" -c:v qtrle -pix_fmt argb clear.mov
  made clear.mov 3 4:3
  encode "${input[@]}" -r 10 moving.gif
  made moving.gif 3 4:3
  encode "${input[@]}" -frames:v 1 photo.jpg
  made photo.jpg 0.04 4:3
  encode "${input[@]}" -frames:v 1 slide.png
  made slide.png 0.04 4:3
  picture 853x481 25 3 && sound 3
  encode "${input[@]}" -c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis odd.webm
  made odd.webm 3 853:481
  picture 8x8 25 3
  encode "${input[@]}" -c:v ffv1 tiny.mkv
  made tiny.mkv 3 1:1
  picture 320x240 1 5 && sound 5
  encode "${input[@]}" "${x264[@]}" -c:a aac slow.mp4
  made slow.mp4 5 4:3
  picture 640x360 50 4 && sound 4
  encode "${input[@]}" -vf "select='not(mod(n,7))+not(mod(n,11))'" -fps_mode vfr "${x264[@]}" -c:a libopus screen.mkv
  made screen.mkv 4 16:9
}

# Lessons of several spans whose pictures do not say the same everywhere: encoders must put the same in all headers.
make_changing_ones() {
  picture 640x360 25 6
  encode "${input[@]}" "${x264[@]}" -colorspace smpte170m -color_primaries smpte170m -color_trc smpte170m first.ts
  picture 1280x720 25 4
  encode "${input[@]}" "${x264[@]}" -colorspace bt709 -color_primaries bt709 -color_trc bt709 -output_ts_offset 6 second.ts
  cat first.ts second.ts >changing.ts && rm first.ts second.ts
  made changing.ts 10 16:9
  picture 1280x720 10 8
  encode "${input[@]}" -c:v mjpeg -pix_fmt yuvj420p full_range.avi
  made full_range.avi 8 16:9
}

make_sounds() {
  input=() && sound 3 8000
  encode "${input[@]}" -c:a pcm_s16le dictation.wav
  made dictation.wav 3 sound
  input=() && sound 3 44100
  encode "${input[@]}" -c:a libvorbis song.ogg
  made song.ogg 3 sound
  encode "${input[@]}" -c:a flac song.flac
  made song.flac 3 sound
  encode -i photo.jpg "${input[@]}" -map 1 -map 0 -c:v copy -c:a libmp3lame -disposition:v attached_pic cover.mp3
  made cover.mp3 3 sound
}

make_sound_with_pictures() {
  picture 320x240 25 3 && sound 3
  encode "${input[@]}" "${x264[@]}" -c:a ac3 -ac 6 cinema.mkv
  made cinema.mkv 3 4:3
  encode "${input[@]}" -map 0 -map 1 -map 1 -map 1 "${x264[@]}" -c:a aac -metadata:s:a:1 language=eng languages.mkv
  made languages.mkv 3 4:3
  picture 320x240 25 6
  encode "${input[@]}" -itsoffset 3 -f lavfi -i sine=duration=3 -map 0 -map 1 "${x264[@]}" -c:a aac late_sound.mp4
  made late_sound.mp4 6 4:3
  picture 320x240 25 3 && sound 8
  encode "${input[@]}" "${x264[@]}" -c:a aac long_sound.mp4
  made long_sound.mp4 8 4:3
  picture 320x240 25 8 && sound 3
  encode "${input[@]}" "${x264[@]}" -c:a aac short_sound.mp4
  made short_sound.mp4 8 4:3
}

make_damaged_ones() {
  picture 320x240 25 6 && sound 6
  encode "${input[@]}" "${x264[@]}" -g 25 -c:a aac whole.mkv
  head -c $(($(stat -c %s whole.mkv) / 2)) whole.mkv >cut.mkv && rm whole.mkv
  made cut.mkv 2.0-4.0 4:3
  printf 'RIFF\044\000\000\000WAVEfmt \020\000\000\000\001\000\001\000\100\037\000\000\200\076\000\000\002\000\020\000data\000\000\000\000' >silent.wav
  refused silent.wav damaged
  printf '<html><body>502 Bad Gateway</body></html>\n' >download.mp4
  refused download.mp4 not_media
}

make_cameras
make_old_ones
make_pictures_of_any_kind
make_changing_ones
make_sounds
make_sound_with_pictures
make_damaged_ones
note "${#expected[@]} files after $SECONDS s"

mapfile -t files < <(printf '%s\n' "${expected[@]}" | cut -d' ' -f1)
start_serve
"$KAPOK" ingest --data "$DATA" --wait "${files[@]}" >"$WORK/ingest.out" 2>"$WORK/ingest.err" || true
note "all ingested after $SECONDS s"
is "a line for each file" "$(wc -l <"$WORK/ingest.out")" "${#files[@]}"

# is_near WHAT ACTUAL EXPECTED ALLOWED
is_near() {
  if awk -v a="$2" -v b="$3" -v c="$4" 'BEGIN { exit !(a != "" && a - b <= c && b - a <= c) }'; then
    ok "$1: $2"
  else
    wrong "$1: got $2, expected $3"
  fi
}

# check_seconds FILE ACTUAL EXPECTED: "3" or "2.0-4.0"; a frame of 1/10 s may be rounded.
check_seconds() {
  case $3 in
  *-*) is_near "$1: seconds" "$2" "$(awk -F- '{ print ($1 + $2) / 2 }' <<<"$3")" "$(awk -F- '{ print ($2 - $1) / 2 }' <<<"$3")" ;;
  *) is_near "$1: seconds" "$2" "$3" 0.12 ;;
  esac
}

# check_plays FILE ID SECONDS SHAPE
check_plays() {
  local url=$BASE/media/$2/master.m3u8 master messages facts shape
  is "$1: state" "$(asset "$2" '.state + " " + (.error_code // "")')" "ready "
  master=$(curl -fsS "$url" || true)
  messages=$(ffmpeg -nostdin -v warning -i "$url" -map 0 -f null - 2>&1 | head -c 400)
  is "$1: ffmpeg reads it without a message" "$messages" ""
  facts=$(ffprobe -v error -show_entries format=duration:stream=start_time,codec_type -of json "$url" || echo '{}')
  check_seconds "$1" "$(jq -r '.format.duration // ""' <<<"$facts")" "$3"
  is_near "$1: the starts lie together" "$(jq '[.streams[]?.start_time | tonumber] | max - min' <<<"$facts")" 0 0.0215
  if [ "$4" = sound ]; then
    is "$1: no picture" "$(grep -c RESOLUTION <<<"$master" || true)" 0
    return
  fi
  while read -r shape; do # 853x481 becomes 854x480: a pixel more or less on each side
    if awk -v a="$shape" -v b="$4" 'BEGIN { split(a, r, "x"); split(b, s, ":"); d = r[1] - r[2] * s[1] / s[2]
                                            exit !(r[2] > 0 && d <= 2 && d >= -2) }'; then
      ok "$1: $shape"
    else
      wrong "$1: $shape is not $4"
    fi
  done <<<"$(sed -n 's/.*RESOLUTION=\([0-9]*x[0-9]*\).*/\1/p' <<<"$master")"
}

# check_refused FILE ID CODE
check_refused() {
  is "$1: state" "$(asset "$2" '.state + " " + (.error_code // "")')" "failed $3"
  if asset "$2" .error | grep -qP '\p{Han}{4,}'; then ok "$1: said in Chinese"; else wrong "$1: no words"; fi
}

i=0
while IFS=$'\t' read -r id _; do
  read -r file seconds shape <<<"${expected[$i]}"
  i=$((i + 1))
  if [ "$shape" = - ]; then check_refused "$file" "$id" "$seconds"; else check_plays "$file" "$id" "$seconds" "$shape"; fi
done <"$WORK/ingest.out"

is "no process of the tree died" "$(grep -c 'process ended by a signal\|process exited' "$SERVE_LOG" || true)" 0
stop_serve
is "serve ends in good order" "$SERVE_STATUS" 0
is "no work folder stays" "$(find "$DATA/tmp" -mindepth 1 | wc -l)" 0
note "$SECONDS s"
finish
