#!/usr/bin/env bash
# Sound: every lesson is as loud as the next, whatever came in; all sounds of a source are there; what is right already
# is copied; a crash in the middle leaves no step.
source "$(dirname "$0")/lib.sh"

mkdir "$WORK/in"
cd "$WORK/in"
encode() { ffmpeg -nostdin -v error "$@"; }
# speech SECONDS GAIN: noise with the rises and falls of speech.
speech() { printf 'anoisesrc=c=pink:d=%s:a=0.5:r=48000:seed=5,tremolo=f=3:d=0.6,volume=%sdB' "$1" "$2"; }
picture() { printf 'testsrc2=size=320x240:rate=25:duration=%s' "$1"; }
x264=(-c:v libx264 -preset ultrafast -g 50)

# What comes in, and how loud it must go out ("silent", or LUFS).
encode -f lavfi -i "$(picture 20)" -f lavfi -i "$(speech 20 -11)" "${x264[@]}" -c:a aac -ac 2 quiet.mp4
encode -f lavfi -i "$(speech 20 24)" -ac 2 -c:a pcm_s16le loud.wav # far into clipping
encode -f lavfi -i "$(picture 10)" -f lavfi -i anullsrc=r=44100:d=10 "${x264[@]}" -c:a aac -shortest silent.mp4
encode -f lavfi -i "$(speech 20 -3)" -af "pan=5.1|FL=0.1*c0|FR=0.1*c0|FC=c0|LFE=0.2*c0|BL=0.1*c0|BR=0.1*c0" -c:a ac3 -b:a 384k film.mka
encode -f lavfi -i "$(speech 20 0)" -ac 1 -ar 8000 -c:a pcm_s16le dictation.wav
encode -f lavfi -i "sine=frequency=700:duration=20" -af "volume='if(lt(mod(t,2),0.02),8,0.05)':eval=frame" -c:a flac claps.flac
# Long: it begins quiet and goes on loud, so that no part tells of the whole.
encode -f lavfi -i "$(speech 200 0)" -af "volume='if(lt(t,100),0.1,0.8)':eval=frame" -c:a flac turning.flac
encode -f lavfi -i "$(picture 20)" -f lavfi -i "$(speech 20 0)" -f lavfi -i "$(speech 20 -6)" -f lavfi -i "$(speech 20 3)" \
  -map 0 -map 1 -map 2 -map 3 "${x264[@]}" -c:a aac -ac 2 -metadata:s:a:0 language=chi -metadata:s:a:1 language=yue \
  -metadata:s:a:2 language=chi -disposition:a:0 default -disposition:a:1 0 -disposition:a:2 visual_impaired three.mkv
encode -i three.mkv -map 0:0 -map 0:1 -map 0:2 -c copy -c:a:1 ac3 -bsf:a:1 noise=amount=1 broken.mkv # the second sound is noise to any decoder
encode -f lavfi -i "$(picture 25)" -f lavfi -i "$(speech 25 7.9)" "${x264[@]}" -c:a aac -b:a 128k -ac 2 ready.mp4
encode -f lavfi -i "$(speech 180 7.9)" -c:a aac -b:a 128k -ac 2 ready_long.m4a
# Right wherever one looks, but for a moment between: copied, and encoded once that is known.
encode -f lavfi -i "$(speech 180 7.9)" -af "volume='if(between(t,120.6,122.4),4,1)':eval=frame" -c:a aac -b:a 128k -ac 2 late_change.m4a
levels=(quiet.mp4 loud.wav silent.mp4 film.mka dictation.wav claps.flac turning.flac)
others=(three.mkv broken.mkv ready.mp4 ready_long.m4a late_change.m4a)

start_serve
status=0
"$KAPOK" ingest --data "$DATA" --wait "${levels[@]}" "${others[@]}" >"$WORK/ingest.out" 2>"$WORK/ingest.err" || status=$?
is "all are taken" "$status" 0
[ "$status" = 0 ] || sed 's/^/# /' "$WORK/ingest.err"
mapfile -t assets < <(cut -f1 "$WORK/ingest.out")
declare -A asset_of=()
for file in "${levels[@]}" "${others[@]}"; do
  asset_of[$file]=${assets[${#asset_of[@]}]}
done
playlist() { echo "$BASE/media/${asset_of[$1]}/${2:-master.m3u8}"; }

# level URL: integrated loudness and true peak, as ffmpeg measures them.
level() {
  ffmpeg -nostdin -hide_banner -i "$1" -map 0:a:0 -af ebur128=peak=true -f null - 2>&1 |
    awk '/Summary/ { s = 1 } s && $1 == "I:" { i = $2 } s && $1 == "Peak:" { p = $2 } END { print i, p }'
}
for file in "${levels[@]}" three.mkv ready.mp4 ready_long.m4a late_change.m4a; do
  for track in a128 a64; do
    read -r lufs peak <<<"$(level "$(playlist "$file" "$track/playlist.m3u8")")"
    if [ "$file" = silent.mp4 ]; then
      is "$file $track stays silent" "$(awk -v p="$peak" 'BEGIN { print (p == "-inf" || p < -80) }')" 1
    elif awk -v i="$lufs" -v p="$peak" 'BEGIN { exit !(i >= -17 && i <= -15 && p <= -0.7) }'; then
      ok "$file $track: $lufs LUFS, $peak dBTP"
    else
      wrong "$file $track: $lufs LUFS, $peak dBTP"
    fi
  done
done

# Several sounds.
master=$(curl -fsS "$(playlist three.mkv)")
has "the main sound" "$master" 'GROUP-ID="audio",NAME="中文",LANGUAGE="zh",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="a128/'
has "the dialect" "$master" 'GROUP-ID="audio",NAME="粤语",LANGUAGE="yue",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",URI="a128-2/'
has "the description" "$master" \
  'NAME="中文（口述影像）",LANGUAGE="zh",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",CHARACTERISTICS="public.accessibility.describes-video",URI="a128-3/'
is "the last variant is sound alone" "$(grep -v '^#' <<<"$master" | tail -n 1)" a64/playlist.m3u8
for track in a128-2 a128-3 a64; do
  messages=$(ffmpeg -nostdin -v warning -i "$(playlist three.mkv "$track/playlist.m3u8")" -f null - 2>&1)
  is "$track plays alone" "$messages" ""
done
messages=$(ffmpeg -nostdin -v warning -i "$(playlist three.mkv)" -map 0 -f null - 2>&1)
is "ffmpeg reads all sounds without a message" "$messages" ""
if command -v mpv >/dev/null; then
  for id in 1 2 3; do
    is "mpv plays sound $id" "$(mpv --no-config --ao=null --vo=null --untimed --aid=$id --msg-level=all=error "$(playlist three.mkv)" 2>&1)" ""
  done
fi
is "the API tells of them" "$(asset "${asset_of[three.mkv]}" '[.tracks[] | select(.kind == "audio") | .role] | sort | join(" ")')" \
  "alternate description main main"
is "a broken sound is left out" "$(asset "${asset_of[broken.mkv]}" '[.state, (.tracks[] | select(.kind == "audio") | .name)] | join(" ")')" \
  "ready a64 a128"
log_has "and the log says so" "left out"

# Copies: the same AAC frames, in their order.
hashes() { ffprobe -v error -select_streams a:0 -show_packets -show_data_hash md5 "$1" | sed -n 's/^data_hash=//p'; }
# copied FILE: how many frames of the lesson are in the source, and how many are not.
copied() {
  hashes "$1" >"$WORK/source.hashes"
  hashes "$(playlist "$1" a128/playlist.m3u8)" >"$WORK/lesson.hashes"
  grep -cxFf "$WORK/source.hashes" "$WORK/lesson.hashes" || true
}
for file in ready.mp4 ready_long.m4a; do
  count=$(copied "$file")
  total=$(wc -l <"$WORK/lesson.hashes")
  if [ "$total" -gt 1000 ] && [ $((total - count)) -le 1 ]; then ok "$file is copied: $count of $total frames"; else wrong "$file: $count of $total frames are the source's"; fi
  is "$file: in their order" "$(grep -xFf "$WORK/source.hashes" "$WORK/lesson.hashes" | head -n 1000 | md5sum)" \
    "$(grep -xFf "$WORK/lesson.hashes" "$WORK/source.hashes" | head -n 1000 | md5sum)"
done
count=$(copied late_change.m4a)
total=$(wc -l <"$WORK/lesson.hashes")
if [ "$count" -gt 4000 ] && [ "$count" -lt $((total * 3 / 4)) ]; then ok "late_change.m4a is copied until it is known"; else wrong "late_change.m4a: $count of $total frames are the source's"; fi
is "late_change.m4a: its place shows nothing" "$(ffmpeg -nostdin -v warning -i "$(playlist late_change.m4a a128/playlist.m3u8)" -f null - 2>&1)" ""

# The power goes out in the middle of a long sound; what goes on joins without a step, to the byte.
sounds() { node_tool hash_segments.mjs "$BASE" "$1" | sed "s/$1/ASSET/" | sort; }
sounds "${asset_of[turning.flac]}" >"$WORK/whole.hashes"
cp turning.flac again.flac
printf '\0' >>again.flac # another file, with the same sound
again=$("$KAPOK" ingest --data "$DATA" again.flac | cut -f1)
for _ in $(seq 200); do
  [ "$(sql "SELECT COUNT(*) FROM span JOIN track ON track.id = span.track_id WHERE track.asset_id = '$again'")" -lt 6 ] || break
  sleep 0.05
done
crash_serve
spans=$(sql "SELECT COUNT(*) FROM span JOIN track ON track.id = span.track_id WHERE track.asset_id = '$again'")
all=$(sql "SELECT COUNT(*) FROM span JOIN track ON track.id = span.track_id WHERE track.asset_id = '${asset_of[turning.flac]}'")
if [ "$spans" -gt 0 ] && [ "$spans" -lt "$all" ]; then ok "$spans of $all spans are out when the power goes"; else wrong "$spans of $all spans were out"; fi
start_serve
is "the lesson completes" "$(wait_for_state "$again" 120 ready failed)" ready
sounds "$again" >"$WORK/resumed.hashes"
is "it is what it would have been" "$(diff "$WORK/whole.hashes" "$WORK/resumed.hashes" | head -n 3)" ""
stop_serve
finish
