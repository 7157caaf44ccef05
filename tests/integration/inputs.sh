#!/usr/bin/env bash
# What people bring: files of many cameras, recorders and years. Each plays with the right length and shape, or fails
# with words; inputs_make.sh says which. KAPOK_INPUTS: only these kinds ("fields levels"), for quick looks.
source "$(dirname "$0")/lib.sh"

source "$TEST_DIR/inputs_make.sh"
source "$TEST_DIR/inputs_look.sh"

mkdir "$WORK/in"
cd "$WORK/in"

makers=(cameras turned_ones fields old_ones pictures_of_any_kind levels bright_ones clocks changing_ones sounds
  sound_with_pictures damaged_ones)
for maker in ${KAPOK_INPUTS:-${makers[@]}}; do "make_$maker"; done
note "${#expected[@]} files after $SECONDS s"

mapfile -t files < <(printf '%s\n' "${expected[@]}" | cut -d' ' -f1)
start_serve
"$KAPOK" ingest --data "$DATA" --wait "${files[@]}" >"$WORK/ingest.out" 2>"$WORK/ingest.err" || true
note "all ingested after $SECONDS s"
is "a line for each file" "$(wc -l <"$WORK/ingest.out")" "${#files[@]}"

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
  read -r file seconds shape looks <<<"${expected[$i]}"
  i=$((i + 1))
  if [ "$shape" = - ]; then check_refused "$file" "$id" "$seconds"; else check_plays "$file" "$id" "$seconds" "$shape"; fi
  for look in $looks; do look_at "$file" "$id" "$BASE/media/$id/master.m3u8" "$look"; done
done <"$WORK/ingest.out"

is "no process of the tree died" "$(grep -c 'process ended by a signal\|process exited' "$SERVE_LOG" || true)" 0
stop_serve
is "serve ends in good order" "$SERVE_STATUS" 0
is "no work folder stays" "$(find "$DATA/tmp" -mindepth 1 | wc -l)" 0
note "$SECONDS s"
finish
