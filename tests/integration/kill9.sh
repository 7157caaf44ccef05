#!/usr/bin/env bash
# Power cuts: every process is killed (SIGKILL) at three random points of a transcode, and Kapok is started again.
# What was published stays as it was, the lesson completes, no work is done twice, nothing is left over.
source "$(dirname "$0")/lib.sh"

KILLS=3
WORKERS=2
SEED=${KAPOK_SEED:-$RANDOM}
RANDOM=$SEED
note "KAPOK_SEED=$SEED"

source_file=$WORK/long.mp4
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=960x540:rate=25:duration=120 -f lavfi -i sine=frequency=330:duration=120 \
  -c:v libx264 -preset ultrafast -crf 30 -c:a aac -shortest "$source_file"

serve_settings=(--workers "$WORKERS" --span-duration 12s)
done_jobs() {
  sql "SELECT id, kind, span_index, attempt, finished_us FROM job WHERE state = 'done' ORDER BY id"
}
published_spans() {
  sql "SELECT track_id, span_index, blob_key FROM span ORDER BY track_id, span_index"
}

asset_id=$("$KAPOK" ingest --data "$DATA" --title 断电 "$source_file" | cut -f1)
[ -n "$asset_id" ] || die "ingest printed no asset id"

# Progress at which the power goes out: one early, one in the middle, one late.
points=($((RANDOM % 20)) $((30 + RANDOM % 20)) $((60 + RANDOM % 25)))
for kill in $(seq $KILLS); do
  start_serve "${serve_settings[@]}"
  point=${points[$((kill - 1))]}
  deadline=$((SECONDS + 120))
  while :; do
    state=$(asset "$asset_id" .state)
    percent=$(asset "$asset_id" '.progress * 100 | floor')
    case $state in
    ready) die "the lesson was ready before power cut $kill" ;;
    failed) die "the lesson failed: $(asset "$asset_id" .error_code) $(sql "SELECT error_detail FROM asset")" ;;
    esac
    [ "$percent" -lt "$point" ] || break
    [ "$SECONDS" -lt "$deadline" ] || die "still at $percent % after two minutes, waiting for $point %"
    sleep 0.1
  done
  node_tool hash_segments.mjs "$BASE" "$asset_id" >"$WORK/published.$kill"
  done_jobs >"$WORK/jobs.$kill"
  published_spans >"$WORK/spans.$kill"
  sleep "0.$((RANDOM % 10))"
  crash_serve
  ok "power cut $kill at $percent % (wanted $point %), $(wc -l <"$WORK/published.$kill") files published"
  is "the catalog is whole after it" "$(sql 'PRAGMA integrity_check')" ok
done

start_serve "${serve_settings[@]}"
is "the lesson completes" "$(wait_for_state "$asset_id" 240 ready failed)" ready
node_tool hash_segments.mjs "$BASE" "$asset_id" | sort >"$WORK/published.end"
done_jobs >"$WORK/jobs.end"
published_spans >"$WORK/spans.end"
for kill in $(seq $KILLS); do
  is "what was published before power cut $kill is the same, byte for byte" \
    "$(sort "$WORK/published.$kill" | comm -23 - "$WORK/published.end")" ""
  is "jobs done before power cut $kill were not done again" "$(grep -vxFf "$WORK/jobs.end" "$WORK/jobs.$kill" || true)" ""
  is "spans published before power cut $kill are the same" "$(grep -vxFf "$WORK/spans.end" "$WORK/spans.$kill" || true)" ""
done
is "every job is done" "$(sql "SELECT count(*) FROM job WHERE state <> 'done'")" 0
# A job is begun again only when a cut took its worker: at each cut at most a usual and an urgent one per worker, and the
# lesson's one sound job, which runs beside them.
extra=$(sql "SELECT sum(attempt - 1) FROM job")
if [ "$extra" -le $((KILLS * (2 * WORKERS + 1))) ]; then ok "$extra jobs were begun again"; else wrong "$extra jobs were begun again"; fi
node_tool check_lesson.mjs "$BASE" "$asset_id" "$source_file" "$WORK" || FAILURES=$((FAILURES + 1))

stop_serve
is "serve ends in good order" "$SERVE_STATUS" 0
is "no temporary file stays" "$(find "$DATA/tmp" -mindepth 1)" ""
(cd "$DATA/objects" && find . -type f | sed 's,^\./,,' | sort) >"$WORK/stored"
sql "SELECT source_key FROM asset UNION SELECT poster_key FROM asset WHERE poster_key IS NOT NULL
     UNION SELECT blob_key FROM span UNION SELECT blob_key FROM caption
     UNION SELECT blob_key FROM storyboard_sheet" | sort >"$WORK/listed"
is "nothing is stored that the catalog does not list" "$(comm -23 "$WORK/stored" "$WORK/listed")" ""
is "nothing is listed that is not stored" "$(comm -13 "$WORK/stored" "$WORK/listed")" ""
finish
