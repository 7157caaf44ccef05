#!/usr/bin/env bash
# Damaged files, the same in every run: each real clip, whole and as the start of it in other containers, with bytes
# flipped, cut, moved, zeroed and overwritten. None may bring down, hang or escape a child; see damaged_corpus.c.
# KAPOK_DAMAGED_COUNT: how many (default 504). KAPOK_DAMAGED_PATIENCE: times the usual limits of time. With KAPOK_BIN of an
# asan-ubsan build the children run under the sanitizers, which takes some ten minutes and more patience.
source "$(dirname "$0")/lib.sh"

need_file "$KAPOK_MEDIA/animation-720p24.mp4"
corpus=${KAPOK_DAMAGED_CORPUS:?the built damaged_corpus}
mkdir "$WORK/in"

remux() { ffmpeg -nostdin -v error -t 2 "$@" || die "ffmpeg cannot make an input"; }
for clip in "$KAPOK_MEDIA"/*.m[po][4v] "$KAPOK_MEDIA"/*.webm; do
  name=$(basename "${clip%.*}")
  cp "$clip" "$WORK/in/"
  remux -i "$clip" -map 0:v? -map 0:a? -c copy "$WORK/in/$name-start.mkv"
done
cd "$WORK/in"
remux -i "$KAPOK_MEDIA/landscape-240p30.mp4" -c copy landscape.ts
remux -i "$KAPOK_MEDIA/lecture-10fps-640x480.mp4" -c:v mpeg4 -c:a mp2 lecture.avi
remux -i "$KAPOK_MEDIA/landscape-240p30.mp4" -c:v mpeg2video -c:a mp2 -f vob landscape.vob
remux -i "$KAPOK_MEDIA/landscape-240p30.mp4" -c:v flv -c:a libmp3lame -ar 44100 landscape.flv
remux -i "$KAPOK_MEDIA/landscape-240p30.mp4" -an -c copy landscape.h264
remux -i "$KAPOK_MEDIA/lecture-10fps-640x480.mp4" -c:v wmv2 -c:a wmav2 lecture.wmv
remux -i "$KAPOK_MEDIA/landscape-240p30.mp4" -vf setfield=tff -c:v mpeg2video -flags +ildct+ilme -s 720x576 -r 25 -c:a mp2 field.ts
remux -i "$KAPOK_MEDIA/landscape-240p30.mp4" -c:v libx265 -preset ultrafast -x265-params log-level=none \
  -pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -tag:v hvc1 -c:a copy bright.mp4
note "$(ls | wc -l) files after $SECONDS s"

TMPDIR=$WORK "$corpus" "$KAPOK_BIN/kapok-transcoder" "${KAPOK_DAMAGED_COUNT:-504}" "$WORK/in"/* ||
  wrong "see above; KAPOK_KEEP=1 keeps the files"
is "no file is left behind" "$(find "$WORK" -mindepth 1 -maxdepth 1 -name 'kapok-*' | wc -l)" 0
note "$SECONDS s"
finish
