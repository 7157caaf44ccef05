#!/usr/bin/env bash
# Every real clip goes in, and what comes out over HTTP is compared with it: times, frames, key frames, players.
source "$(dirname "$0")/lib.sh"

need_file "$KAPOK_MEDIA/animation-720p24.mp4"
need_file "$OPENCV_DATA/vtest.avi"
need_file "$OPENCV_CUP"
command -v gst-launch-1.0 >/dev/null || die "gst-launch-1.0 is needed by this test"

mkdir "$WORK/clips"
gunzip -c "$OPENCV_CUP" >"$WORK/clips/cup.mp4"
sources=("$WORK/clips/cup.mp4" "$OPENCV_DATA/vtest.avi" "$OPENCV_DATA/Megamind.avi")
for clip in "$KAPOK_MEDIA"/*; do
  case $clip in
  *.md) ;;
  *) sources+=("$clip") ;;
  esac
done

start_serve
status=0
"$KAPOK" ingest --data "$DATA" --wait "${sources[@]}" >"$WORK/ingest.out" 2>"$WORK/ingest.err" || status=$?
sed 's/^/# /' "$WORK/ingest.err"
is "ingest --wait of all clips succeeds" "$status" 0
is "a line for each clip" "$(wc -l <"$WORK/ingest.out")" "${#sources[@]}"

mapfile -t assets < <(cut -f1 "$WORK/ingest.out")
for i in "${!assets[@]}"; do
  node_tool check_lesson.mjs "$BASE" "${assets[$i]}" "${sources[$i]}" "$WORK" || FAILURES=$((FAILURES + 1))
done
is "every course is listed" "$(curl -fsS "$BASE/api/v1/courses?limit=100" | jq .total)" "${#sources[@]}"

stop_serve
is "serve ends in good order" "$SERVE_STATUS" 0
is "no work folder stays" "$(find "$DATA/tmp" -mindepth 1 | wc -l)" 0
finish
