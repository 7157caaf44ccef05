# What the results of inputs.sh must show: sourced, not run.

# is_near WHAT ACTUAL EXPECTED ALLOWED
is_near() {
  if awk -v a="$2" -v b="$3" -v c="$4" 'BEGIN { exit !(a != "" && a - b <= c && b - a <= c) }'; then
    ok "$1: $2"
  else
    wrong "$1: got $2, expected $3"
  fi
}

# pixel URL FILTER FORMAT: the first samples of what the filter leaves of the picture one second in. A picture that
# does not change is there once and stays: it is held here as a player holds it.
pixel() {
  ffmpeg -nostdin -v error -i "$1" -map 0:v:0 -vf "tpad=stop=-1:stop_mode=clone,fps=25,trim=start=1:end=2,$2" \
    -frames:v 1 -f rawvideo -pix_fmt "$3" - | od -An -v -tu1 -N3
}

# look_level FILE URL X,Y:LUMA: the luma there, of 16 (black) to 235 (white); of the best rendition's own pixels.
look_level() {
  local at=${3%:*} luma
  luma=$(pixel "$2" "crop=16:16:${at%,*}:${at#*,}" yuv420p | awk '{ print $1 }')
  is_near "$1: luma at $at" "$luma" "${3#*:}" 4
}

# look_red FILE URL left|right,top|bottom: the corner that is red, and that no other is.
look_red() {
  local x y colour found=
  for y in top bottom; do
    for x in left right; do
      read -r -a colour <<<"$(pixel "$2" "crop=24:24:$([ $x = left ] && echo 8 || echo iw-32):$([ $y = top ] && echo 8 || echo ih-32),scale=1:1" rgb24)"
      if [ "${colour[0]:-0}" -gt 180 ] && [ "${colour[1]:-255}" -lt 60 ] && [ "${colour[2]:-255}" -lt 60 ]; then found+="$x,$y"; fi
    done
  done
  is "$1: the red corner" "$found" "$3"
}

# look_progressive FILE URL: a detector finds no woven fields, in a picture that moves.
look_progressive() {
  local counts
  counts=$(ffmpeg -nostdin -v info -i "$2" -map 0:v:0 -vf idet -f null - 2>&1 |
    sed -n 's/.*Multi frame detection: TFF: *\([0-9]*\) BFF: *\([0-9]*\) Progressive: *\([0-9]*\) .*/\1 \2 \3/p')
  if awk '{ exit !($3 >= 30 && ($1 + $2) * 20 <= $3) }' <<<"$counts"; then
    ok "$1: no fields in the result ($counts)"
  else
    wrong "$1: fields are left: top, bottom, progressive $counts"
  fi
}

# look_tone FILE URL HZ: the sound is that tone.
look_tone() {
  local hz
  hz=$(ffmpeg -nostdin -v error -i "$2" -map 0:a:0 -ss 0.5 -t 1 -ac 1 -ar 48000 -f s16le - |
    od -An -v -tdS -w2 | awk '{ if (($1 >= 0) != (last >= 0)) n++; last = $1 } END { print n / 2 }')
  is_near "$1: tone in Hz" "$hz" "$3" 20
}

# look_plan FILE ID filter|timing NAME:VALUE: a member of the stored plan.
look_plan() {
  is "$1: the plan's $4" "$(sql "SELECT plan FROM asset WHERE id = '$2'" | jq -c ".$3.${4%:*}")" "${4#*:}"
}

# look_at FILE ID URL LOOK
look_at() {
  case $4 in
  level=*) look_level "$1" "$3" "${4#*=}" ;;
  red=*) look_red "$1" "$3" "${4#*=}" ;;
  progressive) look_progressive "$1" "$3" ;;
  tone=*) look_tone "$1" "$3" "${4#*=}" ;;
  rate=*) is "$1: frame rate" "$(curl -sS "$3" | sed -n 's/.*FRAME-RATE=\([0-9]*\).*/\1/p' | sort -u | paste -sd,)" "${4#*=}" ;;
  filter=*) look_plan "$1" "$2" filter "${4#*=}" ;;
  timing=*) look_plan "$1" "$2" timing "${4#*=}" ;;
  *) wrong "$1: an unknown look $4" ;;
  esac
}
