#!/usr/bin/env bash
# A source that cannot seek: one job makes all its pictures in one pass. When the power goes out in the middle, the next
# attempt goes on at the first span that is missing. And a span that is not made within span-time-limit is ended, told
# and tried again.
source "$(dirname "$0")/lib.sh"

# A bare stream of H.264 has neither times nor an index.
frames=1500
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=854x480:rate=25 -frames:v "$frames" -c:v libx264 -preset ultrafast \
  -crf 28 -g 50 "$WORK/bare.h264"
start_serve --workers 1 --span-duration 6s --log-level debug
bare=$("$KAPOK" ingest --data "$DATA" "$WORK/bare.h264" | cut -f1)

published() {
  sql "SELECT track.name || ' ' || span_index || ' ' || blob_key FROM span JOIN track ON track.id = track_id
       WHERE asset_id = '$bare' AND track.kind = 'video' ORDER BY 1"
}
complete_spans() { sql "SELECT coalesce(min(n), 0) FROM (SELECT count(span.track_id) AS n FROM track LEFT JOIN span ON span.track_id = track.id
       WHERE asset_id = '$bare' AND kind = 'video' GROUP BY track.id)"; }
for _ in $(seq 600); do
  [ "$(complete_spans)" -lt 2 ] || break
  sleep 0.1
done
crash_serve
is "it is one job" "$(sql "SELECT count(*) FROM job WHERE asset_id = '$bare' AND kind = 'video'")" 1
published >"$WORK/before"
first_missing=$(complete_spans)
[ "$first_missing" -ge 2 ] && ok "$first_missing spans were whole" || wrong "only $first_missing spans were whole in time"
is "not all was made" "$(sql "SELECT state FROM job WHERE asset_id = '$bare' AND kind = 'video'")" running

lines=$(wc -l <"$SERVE_LOG")
start_serve --workers 1 --span-duration 6s --log-level debug --span-time-limit 10s
is "the lesson completes" "$(wait_for_state "$bare" 240 ready failed)" ready
begun=$(tail -n "+$((lines + 1))" "$SERVE_LOG" | grep -oP '(?<=video begins, attempt )[0-9]+' | head -n 1)
is "by a second attempt" "$begun" 2
published >"$WORK/after"
is "what was published stays" "$(grep -vxFf "$WORK/after" "$WORK/before")" ""
is "each span of a rung is there once" "$(cut -d' ' -f1,2 "$WORK/after" | uniq -d)" ""
messages=$(ffmpeg -nostdin -v warning -i "$BASE/media/$bare/master.m3u8" -map 0:v:0 -fps_mode passthrough -f framecrc "$WORK/crc" 2>&1)
is "ffmpeg reads it without a message" "$messages" ""
is "every picture is there" "$(grep -vc '^#' "$WORK/crc")" "$frames"

# The child of a span stands still, like one whose picture never gets finished. A lesson small enough to be made in that
# time on a busy machine too.
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=10:duration=4 -c:v libx264 -preset ultrafast -g 50 "$WORK/slow.mp4"
slow=$("$KAPOK" ingest --data "$DATA" "$WORK/slow.mp4" | cut -f1)
stopped=
for _ in $(seq 300); do
  for pid in $(tree_of "$SERVE_PID"); do
    case "$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" || true)" in *"child span-"*) stopped=$pid ;; esac
  done
  if [ -n "$stopped" ]; then break; fi
  sleep 0.05
done
kill -STOP "$stopped" || die "no child makes a span"
for _ in $(seq 200); do
  if grep -qF "a span is not made after 10 s" "$SERVE_LOG"; then break; fi
  sleep 0.1
done
log_has "the span is given up after its time" "a span is not made after 10 s"
is "its process is gone" "$(left_of "$stopped")" 0
is "tried again, the lesson completes" "$(wait_for_state "$slow" 240 ready failed)" ready
stop_serve
is "serve ends in good order" "$SERVE_STATUS" 0
is "no temporary file stays" "$(find "$DATA/tmp" -mindepth 1)" ""
finish
