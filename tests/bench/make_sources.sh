#!/usr/bin/env bash
# Makes the sources of the benchmarks from real pictures: clips of ../shared/media, photographs, slides and manuals out
# of Debian's packages. The same packages give the same files. What is there already stays; a changed recipe is made
# anew. tests/bench/README.md says what each source is meant to be like.
set -euo pipefail
export LC_ALL=C.UTF-8
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=scripts/packages.sh
. "$root/scripts/packages.sh"

usage() {
  cat <<'END'
Usage: tests/bench/make_sources.sh DIR [NAME...]

Writes DIR/natural.mp4, DIR/copyable.mp4, DIR/slides.mp4 and DIR/lecture.mp4 (all, or those named).
Reads the clips of ../shared/media (KAPOK_MEDIA names another folder). Needs about 1.5 GB and a few minutes, once.
END
}

readonly NATURAL_S=60 SLIDES_S=72 LECTURE_S=2700
readonly PHOTO=/usr/share/backgrounds/Kleiber_by_Lukas_Baubkus.jpg
readonly BOX=/usr/share/doc/opencv-doc/opencv4/html/box.mp4.gz
readonly DECK=/usr/share/doc/packaging-tutorial/packaging-tutorial.zh_CN.pdf
readonly MANUAL=/usr/share/doc/bzip2/manual.pdf.gz
readonly SPEECH="da4jia1 hao3 . jin1tian1 wo3men5 xue2xi2 di4yi1 zhang1 . qing3 kan4 zhe4 yi1 ye4 .
  zhe4 ge5 wen4ti2 hen3 zhong4yao4 , wo3men5 man4man5 jiang3 . zai4 kan4 xia4 yi1 ge5 li4zi5 .
  ru2guo3 you3 wen4ti2 , ke3yi3 ting2 xia4lai2 , zai4 kan4 yi1 bian4 . xie4xie5 da4jia1 ."

fail() {
  echo "make_sources: $*" >&2
  exit 1
}

ffmpeg_quiet() { ffmpeg -nostdin -v error -y "$@"; }

# A teacher's voice with pauses, over the hiss of a room: speak SECONDS FILE
speak() {
  espeak-ng -v cmn-latn-pinyin -s 165 -w "$work/say.wav" "$SPEECH"
  ffmpeg_quiet -stream_loop -1 -i "$work/say.wav" -f lavfi -i "anoisesrc=color=brown:amplitude=0.01:seed=7:r=48000" \
    -filter_complex "[0:a]aresample=48000,pan=stereo|c0=c0|c1=0.9*c0[voice];[1:a]pan=stereo|c0=c0|c1=c0[room];
      [voice][room]amix=inputs=2:normalize=0[a]" -map '[a]' -t "$1" "$2"
}

# Camera lecture, four shots of one minute in all. A hand-held camera drifts and trembles: sums of sines that never
# repeat within the shot, on more pixels than are left after scaling, so that the movement is finer than a pixel.
# Noise of a sensor lies over all of it; the camera's own encoder then takes part of it away.
readonly TREMBLE_X='14*sin(2*PI*n/61)+9*sin(2*PI*n/23+1)+4*sin(2*PI*n/7.3+2)'
readonly TREMBLE_Y='11*sin(2*PI*n/53+2)+8*sin(2*PI*n/19)+4*sin(2*PI*n/6.1+1)'
readonly CAMERA_GRAPH="
  [0:v]setpts=PTS*(24000/1001)/25,fps=25,trim=end_frame=240,setpts=N/25/TB,split=4[t1][t2][h1][h2];
  [t2]reverse,setpts=N/25/TB[t2r];[h2]reverse,setpts=N/25/TB[h2r];
  [t1][t2r]concat=n=2,scale=1920:1080:flags=lanczos,unsharp=5:5:0.5,loop=loop=20:size=1:start=479,
    trim=end_frame=500,setpts=N/25/TB,setsar=1[tripod];
  [h1][h2r]concat=n=2,scale=2560:1440:flags=lanczos,unsharp=5:5:0.5,loop=loop=20:size=1:start=479,trim=end_frame=500,
    setpts=N/25/TB,crop=2133:1200:'200+$TREMBLE_X':'90+$TREMBLE_Y',scale=1920:1080:flags=bicubic,setsar=1[close];
  [1:v]crop=5000:3391:0:0,scale=3600:-2:flags=area,loop=loop=299:size=1,setpts=N/25/TB,
    crop=2880:1620:'60+1.9*n+$TREMBLE_X':'220+0.6*n+$TREMBLE_Y',scale=1920:1080:flags=bicubic,setsar=1[photo];
  [2:v]fps=25,trim=start_frame=10:end_frame=210,setpts=N/25/TB,crop=640:360:0:80,scale=1920:1080:flags=lanczos,
    unsharp=7:7:0.7,setsar=1[hands];
  [tripod][photo][close][hands]concat=n=4,noise=c0s=7:c0f=t:c1s=3:c1f=t:c2s=3:c2f=t:all_seed=11,
    format=yuv420p,split=2[camera][site]"

# What a camera writes: 8 Mbit/s, half a second to two between key frames. And the same pictures as another site's
# player file: High profile, closed 2 s GOPs, within the rate of our largest rung.
make_camera() {
  speak "$NATURAL_S" "$work/camera.wav"
  gunzip -c "$BOX" >"$work/box.mp4"
  ffmpeg_quiet -v fatal -i "$media/speaker-720p-silent.mp4" -i "$PHOTO" -i "$work/box.mp4" \
    -i "$work/camera.wav" -filter_complex "$CAMERA_GRAPH" \
    -map '[camera]' -map 3:a -t "$NATURAL_S" -r 25 -c:v libx264 -threads 2 -preset fast -profile:v high -bf 2 -g 50 \
    -b:v 8M -maxrate 12M -bufsize 12M -c:a aac -b:a 160k "$work/natural.mp4" \
    -map '[site]' -map 3:a -t "$NATURAL_S" -r 25 -c:v libx264 -threads 2 -preset fast -profile:v high -level 4.0 -bf 2 \
    -g 50 -keyint_min 50 -sc_threshold 0 -flags +cgop -b:v 3500k -maxrate 4000k -bufsize 6000k -c:a aac -b:a 128k \
    "$work/copyable.mp4"
}

# An arrow with a dark edge, 24x36.
draw_pointer() {
  local inside='lt(X\,0.62*Y)*lt(Y\,30-0.35*X)' core='gt(X\,1.5)*lt(X\,0.62*Y-2.5)*lt(Y\,27.5-0.35*X)'
  ffmpeg_quiet -f lavfi -i "color=black:s=24x36:d=0.04:r=25,format=rgba" \
    -vf "geq=r='255*$core':g='255*$core':b='255*$core':a='255*$inside'" -frames:v 1 "$work/pointer.png"
}

# Slides in full screen, 8 to 20 s each; in between a manual that is scrolled with a wheel, four turns in 12 s. The
# pointer moves for three seconds of each half minute and rests otherwise.
render_slides() {
  local page
  for page in 5 8 12 14 20; do
    pdftoppm -f "$page" -l "$page" -singlefile -scale-to-x 1440 -scale-to-y 1080 -png "$DECK" "$work/slide-$page"
  done
  gunzip -c "$MANUAL" >"$work/manual.pdf"
  pdftoppm -f 7 -l 9 -scale-to-x 1400 -scale-to-y -1 -png "$work/manual.pdf" "$work/manual"
  ffmpeg_quiet -pattern_type glob -i "$work/manual-*.png" -vf "tile=1x3,pad=1920:ih:260:0:0x606060" -frames:v 1 \
    "$work/manual.png"
}

# A picture that stays for so many frames: stay INPUT FRAMES OUTPUT
stay() { echo "[$1:v]pad=1920:ih:(ow-iw)/2:0,setsar=1,loop=loop=$(($2 - 1)):size=1,setpts=N/25/TB[$3];"; }

readonly TURN="clip((mod(n\,75)-60)/12\,0\,1)"
screen_graph() {
  stay 0 300 a
  stay 1 375 b
  stay 2 300 manual
  stay 3 200 c
  stay 4 375 d
  stay 5 250 e
  echo "[manual]crop=1920:1080:0:'360*(floor(n/75)+$TURN)',setsar=1[scrolled];
  [a][b][scrolled][c][d][e]concat=n=6[pages];
  [pages][6:v]overlay=x='700+420*cos(3.6*floor(t/30)+1.2*clip(mod(t,30)-20,0,3))':
    y='540+260*sin(6.3*floor(t/30)+2.1*clip(mod(t,30)-20,0,3))':eof_action=repeat,
  scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1[screen]"
}

# What a screen recorder writes: every frame, constant quality, a key frame each ten seconds.
make_slides() {
  speak "$SLIDES_S" "$work/slides.wav"
  draw_pointer
  render_slides
  ffmpeg_quiet -i "$work/slide-5.png" -i "$work/slide-8.png" -i "$work/manual.png" -i "$work/slide-12.png" \
    -i "$work/slide-14.png" -i "$work/slide-20.png" -i "$work/pointer.png" -i "$work/slides.wav" \
    -filter_complex "$(screen_graph)" \
    -map '[screen]' -map 7:a -t "$SLIDES_S" -r 25 -c:v libx264 -threads 2 -preset veryfast -profile:v high -crf 20 \
    -g 250 -colorspace bt709 -color_primaries bt709 -color_trc bt709 -c:a aac -b:a 160k "$work/slides.mp4"
}

# What a capture station writes of the same minute, 3 Mbit/s and a key frame each ten seconds, again and again for the
# length of a lesson: 1 GB.
make_lecture() {
  [ -e "$out/natural.mp4" ] || make natural
  ffmpeg_quiet -i "$out/natural.mp4" -c:v libx264 -threads 2 -preset veryfast -profile:v high -b:v 2900k \
    -maxrate 4500k -bufsize 6000k -g 250 -c:a copy "$work/minute.mp4"
  ffmpeg_quiet -stream_loop -1 -i "$work/minute.mp4" -t "$LECTURE_S" -c copy "$work/lecture.mp4"
}

# make NAME: puts the file, or the two that are made together, into the folder once they are whole.
make() {
  local files=("$1") file start=$SECONDS
  case "$1" in
  natural | copyable) files=(natural copyable) && make_camera ;;
  slides) make_slides ;;
  lecture) make_lecture ;;
  *) fail "no source is called $1" ;;
  esac
  for file in "${files[@]}"; do
    mv "$work/$file.mp4" "$out/$file.mp4"
  done
  echo "made ${files[*]} in $((SECONDS - start)) s" >&2
}

case "${1:-}" in
"" | -h | --help) usage && exit 0 ;;
-*) usage >&2 && exit 2 ;;
esac
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
media=${KAPOK_MEDIA:-$root/../shared/media}
[ -e "$media/speaker-720p-silent.mp4" ] || fail "no clips in $media"
packages_require bench
recipe=$(sha256sum <"${BASH_SOURCE[0]}")
if [ "$(cat "$out/recipe" 2>/dev/null)" != "$recipe" ]; then
  rm -f "$out"/{natural,copyable,slides,lecture}.mp4
  echo "$recipe" >"$out/recipe"
fi
work=$(mktemp -d "$out/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- natural copyable slides lecture
for name; do
  [ -e "$out/$name.mp4" ] || make "$name"
done
