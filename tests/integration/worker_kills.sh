#!/usr/bin/env bash
# Four lessons in flight, and workers killed (SIGKILL) twenty times at random moments of a fixed seed. All lessons end
# whole, nothing is encoded again that was published before, nothing is left over.
source "$(dirname "$0")/lib.sh"

KILLS=20
LESSONS=4
SEED=${KAPOK_SEED:-20190806}
RANDOM=$SEED
note "KAPOK_SEED=$SEED"

for i in $(seq $LESSONS); do
  ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=960x540:rate=25:duration=$((44 + 4 * i))" \
    -f lavfi -i "sine=frequency=$((220 * i)):duration=$((44 + 4 * i))" -c:v libx264 -preset ultrafast -crf 30 -g 50 \
    -c:a aac "$WORK/lesson$i.mp4"
done
"$KAPOK" ingest --data "$DATA" "$WORK"/lesson?.mp4 | cut -f1 >"$WORK/ids"
is "four lessons are taken in" "$(wc -l <"$WORK/ids")" "$LESSONS"
start_serve --workers 2 --span-duration 8s --log-level debug

workers() {
  local pid words
  for pid in $(tree_of "$SERVE_PID"); do
    words=()
    mapfile -d '' -t words 2>/dev/null <"/proc/$pid/cmdline" || true
    if [ "${words[1]:-}" = worker ]; then echo "$pid"; fi
  done
}
open_jobs() { sql "SELECT count(*) FROM job WHERE state <> 'done'"; }

# Only a worker at work is killed, some random time after it was seen so.
kills=0
deadline=$((SECONDS + 300))
while [ "$kills" -lt "$KILLS" ] && [ "$(open_jobs)" -gt 0 ] && [ "$SECONDS" -lt "$deadline" ]; do
  pids=()
  for pid in $(workers); do
    [ "$(tree_of "$pid" | wc -l)" -eq 1 ] || pids+=("$pid")
  done
  if [ "${#pids[@]}" -eq 0 ]; then
    sleep 0.1
    continue
  fi
  pid=${pids[$((RANDOM % ${#pids[@]}))]}
  sleep "$((RANDOM % 2)).$((RANDOM % 10))"
  kill -KILL "$pid" 2>/dev/null || continue
  kills=$((kills + 1))
done
is "workers at work were killed $KILLS times" "$kills" "$KILLS"
note "$(sql "SELECT sum(max(attempt - 1, 0)) || ' attempts were lost, at most ' || max(attempt - 1) || ' of one job' FROM job")"

while read -r id; do
  is "lesson $id is whole" "$(wait_for_state "$id" 300 ready failed)" ready
done <"$WORK/ids"
is "every job is done" "$(open_jobs)" 0
is "every track is whole" "$(sql "SELECT count(*) FROM track WHERE is_complete = 0")" 0

# What each attempt was about to encode, from the log: asset, kind, span, attempt, tracks. And what was published by
# which attempt, from the names of the span files. A published span of a track is in no later attempt's list.
grep -oP 'to encode: .*' "$SERVE_LOG" | sed -E 's/to encode: (.*) job=.* asset=([0-9a-z]+).*/\2 \1/' >"$WORK/begun"
sql "SELECT asset_id || ' ' || job.kind || ' ' || span.span_index || ' ' || track.name || ' ' || blob_key
     FROM span JOIN track ON track.id = track_id
     JOIN job USING (asset_id) WHERE (track.kind = 'video' AND job.kind = 'span' AND job.span_index = span.span_index)
     OR (track.kind = 'audio' AND job.kind = 'audio' AND job.span_index = track.sound_index)" |
  sed -E 's,asset/.*-([0-9]+)\.m4s$,\1,' >"$WORK/published"
awk -v published="$WORK/published" '
  BEGIN {
    while ((getline line < published) > 0) {
      split(line, field, " ")
      attempt_of[field[1] " " field[2] " " field[3] " " field[4]] = field[5]
      count++
    }
    if (count == 0) print "nothing was published"
  }
  { begun++ }
  $2 == "span" {
    for (i = 5; i <= NF; i++)
      if ($4 > attempt_of[$1 " span " $3 " " $i] + 0)
        print "attempt " $4 " encodes span " $3 " of " $i " again, published by attempt " attempt_of[$1 " span " $3 " " $i]
  }
  $2 == "audio" {
    for (i = 5; i <= NF; i++)
      for (key in attempt_of) {
        split(key, field, " ")
        if (field[1] == $1 && field[4] == $i && field[3] >= $3 && attempt_of[key] < $4)
          print "attempt " $4 " begins at span " $3 " of " $i ", but span " field[3] " was published by attempt " attempt_of[key]
      }
  }
  END { if (begun == 0) print "the log names no attempt" }' "$WORK/begun" >"$WORK/again"
is "nothing that was published is encoded again" "$(cat "$WORK/again")" ""
note "$(wc -l <"$WORK/begun") attempts, $(wc -l <"$WORK/published") published spans of tracks"

while read -r id; do
  messages=$(ffmpeg -nostdin -v warning -i "$BASE/media/$id/master.m3u8" -map 0 -c copy -f null - 2>&1 | head -c 400)
  is "ffmpeg reads lesson $id without a message" "$messages" ""
done <"$WORK/ids"
stop_serve
is "serve ends in good order" "$SERVE_STATUS" 0
is "no temporary file stays" "$(find "$DATA/tmp" -mindepth 1)" ""
(cd "$DATA/objects" && find . -type f | sed 's,^\./,,' | sort) >"$WORK/stored"
sql "SELECT source_key FROM asset UNION SELECT poster_key FROM asset WHERE poster_key IS NOT NULL
     UNION SELECT blob_key FROM span UNION SELECT blob_key FROM caption UNION SELECT blob_key FROM storyboard_sheet" |
  sort >"$WORK/listed"
is "nothing is stored that the catalog does not list" "$(comm -23 "$WORK/stored" "$WORK/listed")" ""
is "nothing is listed that is not stored" "$(comm -13 "$WORK/stored" "$WORK/listed")" ""
finish
