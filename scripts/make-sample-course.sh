#!/usr/bin/env bash
# Makes the sample course: a one-minute Chinese micro-lecture with slides, a moving picture-in-picture, speech and
# captions. The same input gives the same picture, sound and captions every time.
set -euo pipefail
export LC_ALL=C.UTF-8

usage() {
  cat <<'EOF'
Usage: scripts/make-sample-course.sh OUTDIR

Writes OUTDIR/sample.mp4 (1920x1080, 25 frames per second, H.264 and AAC, about a minute) and
OUTDIR/sample.zh-CN.vtt (captions). Needs ffmpeg, espeak-ng, fontconfig and a Chinese font
(Debian: fonts-noto-cjk or fonts-wqy-microhei).
EOF
}

readonly RATE_HZ=22050 # what espeak-ng writes
readonly TARGET_MS=60000 LEAD_MS=600 MIN_PAUSE_MS=150
readonly WORDS_PER_MINUTE=182

fail() {
  echo "make-sample-course: $*" >&2
  exit 1
}

need() { # need PROGRAM PACKAGE
  command -v "$1" >/dev/null || fail "$1 is missing; install it with: apt-get install $2"
}

# The first installed family of the names given; fc-list itself picks a stand-in for none of them.
pick_font() {
  local family
  for family; do
    if [ -n "$(fc-list "$family" file)" ]; then
      echo "$family"
      return
    fi
  done
  fail "no Chinese font found; install one with: apt-get install fonts-noto-cjk"
}

ms_to_samples() { echo $(($1 * RATE_HZ / 1000)); }

# Speaks every sentence into WORK/say-N.raw (16-bit mono samples without a header).
speak_sentences() {
  local kind caption reading rest n=0
  while IFS='|' read -r kind caption reading rest; do
    [ "$kind" = say ] || continue
    espeak-ng -v cmn-latn-pinyin -s "$WORDS_PER_MINUTE" -w "$work/say.wav" "$reading" ||
      fail "espeak-ng could not speak: $caption"
    tail -c +45 "$work/say.wav" >"$work/say-$n.raw"
    n=$((n + 1))
  done <"$lesson"
  sentences=$n
}

silence() { head -c $(($(ms_to_samples "$1") * 2)) /dev/zero; }

# The pause after each sentence that brings the whole to TARGET_MS.
choose_pause() {
  local speech_bytes
  speech_bytes=$(cat "$work"/say-*.raw | wc -c)
  pause_ms=$(((TARGET_MS - LEAD_MS - speech_bytes / 2 * 1000 / RATE_HZ) / sentences))
  [ "$pause_ms" -ge "$MIN_PAUSE_MS" ] || pause_ms=$MIN_PAUSE_MS
}

# Joins the sentences into WORK/speech.raw and writes WORK/timeline: the lesson with times in place of readings.
lay_out_time() {
  local kind first second third n=0 samples slide_line="" slide_ms=0 now_ms=0 begin_ms
  silence "$LEAD_MS" >"$work/speech.raw"
  while IFS='|' read -r kind first second third; do
    now_ms=$(($(stat -c %s "$work/speech.raw") / 2 * 1000 / RATE_HZ))
    if [ "$kind" = slide ]; then
      [ -z "$slide_line" ] || echo "slide|$slide_ms|$now_ms|$slide_line"
      slide_line="$first|$second"
      slide_ms=$((now_ms == LEAD_MS ? 0 : now_ms))
    elif [ "$kind" = say ]; then
      begin_ms=$now_ms
      cat "$work/say-$n.raw" >>"$work/speech.raw"
      samples=$(stat -c %s "$work/say-$n.raw")
      silence "$pause_ms" >>"$work/speech.raw"
      echo "say|$begin_ms|$((begin_ms + samples / 2 * 1000 / RATE_HZ))|$first|$third"
      n=$((n + 1))
    fi
  done <"$lesson" >"$work/events"
  total_ms=$(($(stat -c %s "$work/speech.raw") / 2 * 1000 / RATE_HZ))
  echo "slide|$slide_ms|$total_ms|$slide_line" >>"$work/events"
  # A slide is written when it ends; its points need its end, so order by start, slides first.
  sort -t'|' -k2,2n -k1,1r "$work/events" >"$work/timeline"
}

write_captions() {
  awk -F'|' '
    function stamp(ms) {
      return sprintf("%02d:%02d:%02d.%03d", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000)
    }
    BEGIN { print "WEBVTT" }
    $1 == "say" { printf "\n%d\n%s --> %s\n%s\n", ++n, stamp($2), stamp($3), $4 }
  ' "$work/timeline" >"$work/sample.zh-CN.vtt"
}

draw_and_encode() {
  local zoom=100 seconds
  case "$sans" in WenQuanYi*) zoom=82 ;; esac # its letters fill more of the line than Noto's
  awk -v serif="$serif" -v sans="$sans" -v zoom="$zoom" -v total_ms="$total_ms" \
    -v slides="$(grep -c '^slide' "$work/timeline")" -f "$here/sample/slides.awk" "$work/timeline" >"$work/slides.ass"
  seconds=$((total_ms / 1000)).$(printf %03d $((total_ms % 1000)))
  (cd "$work" && ffmpeg -nostdin -hide_banner -loglevel error -y \
    -f lavfi -i "color=c=0xFCF9F4:s=1920x1080:r=25:d=$seconds" \
    -f s16le -ar "$RATE_HZ" -ac 1 -i speech.raw \
    -filter_complex "[1:a]aresample=48000,pan=stereo|c0=c0|c1=c0,asplit[voice][draw];
      [draw]showwaves=s=480x112:mode=cline:rate=25:scale=sqrt:colors=0xC82F2F,format=rgba[wave];
      [0:v]ass=slides.ass[slides];[slides][wave]overlay=1268:800:eof_action=pass,format=yuv420p[picture]" \
    -map '[picture]' -map '[voice]' -t "$seconds" \
    -c:v libx264 -preset veryfast -crf 20 -g 50 -colorspace bt709 -color_primaries bt709 -color_trc bt709 \
    -c:a aac -b:a 128k -metadata title=木棉花开攀枝花 -metadata:s:a:0 language=zho \
    -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -movflags +faststart sample.mp4) ||
    fail "ffmpeg could not make the video"
}

main() {
  case "${1:-}" in
  -h | --help) usage && exit 0 ;;
  "") usage >&2 && exit 2 ;;
  esac
  here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
  lesson="$here/sample/lesson.txt"
  need ffmpeg ffmpeg
  need espeak-ng espeak-ng
  need fc-list fontconfig
  serif=$(pick_font "Noto Serif CJK SC" "Noto Sans CJK SC" "WenQuanYi Micro Hei" "WenQuanYi Zen Hei")
  sans=$(pick_font "Noto Sans CJK SC" "WenQuanYi Micro Hei" "WenQuanYi Zen Hei")
  mkdir -p "$1"
  work=$(mktemp -d "$1/.making-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  speak_sentences
  choose_pause
  lay_out_time
  write_captions
  draw_and_encode
  mv "$work/sample.zh-CN.vtt" "$work/sample.mp4" "$1/"
  echo "made $1/sample.mp4 and $1/sample.zh-CN.vtt"
}

main "$@"
