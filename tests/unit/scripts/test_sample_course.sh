#!/usr/bin/env bash
# Makes the sample course and measures it: size, rate, length, sound that is not silent, captions in order and inside.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

die() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

"$root/scripts/make-sample-course.sh" "$folder/out"
[ "$(ls -A "$folder/out" | sort | paste -sd' ')" = "sample.mp4 sample.zh-CN.vtt" ] || die "files: $(ls -A "$folder/out")"

video=$(ffprobe -v error -select_streams v -show_entries stream=codec_name,width,height,pix_fmt,r_frame_rate -of csv=p=0 \
  "$folder/out/sample.mp4")
[ "$video" = "h264,1920,1080,yuv420p,25/1" ] || die "video: $video"
audio=$(ffprobe -v error -select_streams a -show_entries stream=codec_name,sample_rate -of csv=p=0 "$folder/out/sample.mp4")
[ "$audio" = "aac,48000" ] || die "audio: $audio"
seconds=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$folder/out/sample.mp4")
awk -v seconds="$seconds" 'BEGIN { exit !(seconds >= 55 && seconds <= 75) }' || die "duration: $seconds"
volume=$(ffmpeg -nostdin -hide_banner -i "$folder/out/sample.mp4" -vn -af volumedetect -f null - 2>&1 |
  sed -n 's/.*mean_volume: \(.*\) dB/\1/p')
awk -v volume="$volume" 'BEGIN { exit !(volume > -40) }' || die "too quiet: $volume dB"
# The picture moves: no two of these frames are equal.
frames=$(ffmpeg -nostdin -v error -ss 2 -i "$folder/out/sample.mp4" -frames:v 25 -an -f framemd5 - | grep -v '^#' |
  awk '{ print $NF }' | sort -u | wc -l)
[ "$frames" -eq 25 ] || die "only $frames of 25 frames differ"

awk -v seconds="$seconds" '
  function value(stamp,   part) {
    split(stamp, part, ":")
    return part[1] * 3600 + part[2] * 60 + part[3]
  }
  NR == 1 && $0 != "WEBVTT" { exit 1 }
  / --> / {
    if (value($1) < last || value($3) <= value($1) || value($3) > seconds + 0.001)
      exit 1
    last = value($3)
    cues++
  }
  END { if (cues < 10) exit 1 }' "$folder/out/sample.zh-CN.vtt" || die "captions: $(cat "$folder/out/sample.zh-CN.vtt")"

# What is missing is named: a path without ffmpeg, and without a font.
mkdir "$folder/bin"
for program in bash dirname awk; do ln -s "$(command -v "$program")" "$folder/bin/"; done
! message=$(PATH="$folder/bin" "$root/scripts/make-sample-course.sh" "$folder/none" 2>&1) || die "made it without ffmpeg"
[[ $message == *"apt-get install ffmpeg"* ]] || die "message: $message"
[ ! -e "$folder/none" ] || die "left a folder behind"
