#!/usr/bin/env bash
# One stored encode, several views: the pictures of each are the same, real readers have nothing to say against them, and
# the bytes are the same after a restart.
source "$(dirname "$0")/lib.sh"

command -v tsreport >/dev/null || skip "tsreport (package tstools) is missing"
cd "$WORK"
# Pictures that differ from each other, sound that does, more than one span.
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=21 -f lavfi -i sine=duration=21:beep_factor=3 \
  -c:v libx264 -preset veryfast -bf 2 -c:a aac lesson.mp4
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=10:duration=7 -c:v libx264 -preset veryfast silent.mp4
ffmpeg -nostdin -v error -f lavfi -i sine=duration=13 -c:a aac sound.m4a
printf 'WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n你好\n' >lesson.zh.vtt
start_serve
"$KAPOK" ingest --data "$DATA" --wait lesson.mp4 silent.mp4 sound.m4a >ingest.out 2>ingest.err || die "ingest: $(cat ingest.err)"
mapfile -t assets < <(cut -f1 ingest.out)
lesson=$BASE/media/${assets[0]}

get() { curl -fsS --max-time 20 "$@"; }
# lines URL: of a playlist, without its tags.
lines() { get "$1" | grep -v '^#'; }
# pictures URL: one checksum over all decoded pictures.
pictures() {
  ffmpeg -nostdin -v error -i "$1" -map 0:v:0 -f framemd5 - | awk -F, '!/^#/ {print $6}' | md5sum | cut -d ' ' -f 1
}
# warnings URL: what ffmpeg has to say while it reads and decodes.
warnings() {
  ffmpeg -nostdin -v warning -i "$1" -c copy -f null - 2>&1
  ffmpeg -nostdin -v warning -i "$1" -f null - 2>&1
}

# MPEG-TS
for asset in "${assets[@]}"; do
  for playlist in $(lines "$BASE/media/$asset/ts/master.m3u8"); do
    url=$BASE/media/$asset/ts/$playlist
    is "$playlist of $asset: ffmpeg is silent" "$(warnings "$url")" ""
    for segment in $(lines "$url"); do get "${url%/*}/$segment"; done >all.ts
    is "$playlist of $asset: tsreport is silent" "$(tsreport -b all.ts 2>&1 | grep -F '!!!' | head -n 3)" ""
    has "$playlist of $asset: counters run on" "$(tsreport -b all.ts 2>&1)" "CC: first: 0, last: 15; duplicate packets: 0"
  done
done
has "version 3" "$(get "$lesson/ts/master.m3u8")" "#EXT-X-VERSION:3"
rung=$(lines "$lesson/ts/master.m3u8" | head -n 1)
rung=${rung%%/*}
is "pictures of fMP4 and TS are the same" "$(pictures "$lesson/ts/$rung/playlist.m3u8")" "$(pictures "$lesson/$rung/playlist.m3u8")"
has "captions count from the start of fMP4" "$(get "$lesson/captions/zh.vtt")" "MPEGTS:0"
has "captions of TS count from its start" "$(get "$lesson/ts/captions/zh.vtt")" "MPEGTS:900000"
is "a segment that is not planned" "$(curl -s -o /dev/null -w '%{http_code}' "$lesson/ts/$rung/999.ts")" 404
is "a track that is not there" "$(curl -s -o /dev/null -w '%{http_code}' "$lesson/ts/v9/0.ts")" 404

# DASH, progressive MP4, I-frames
is "pictures of DASH are the same" "$(pictures "$lesson/manifest.mpd")" \
  "$(pictures "$lesson/$(get "$lesson/manifest.mpd" | sed -n 's/.*<Representation id="\(v[0-9]*\)".*/\1/p' | tail -n 1)/playlist.m3u8")"
is "ffmpeg is silent on DASH" "$(ffmpeg -nostdin -v warning -i "$lesson/manifest.mpd" -f null - 2>&1)" ""
has "DASH has the captions" "$(get "$lesson/manifest.mpd")" "<BaseURL>captions/zh.vtt</BaseURL>"
movie=$lesson/${rung#v}.mp4
is "pictures of progressive MP4 are the same" "$(pictures "$movie")" "$(pictures "$lesson/$rung/playlist.m3u8")"
is "ffmpeg is silent on progressive MP4" "$(warnings "$movie")" ""
is "its sound is the stored one" "$(ffmpeg -nostdin -v error -i "$movie" -map 0:a -c copy -f md5 -)" \
  "$(ffmpeg -nostdin -v error -i "$lesson/sound.m4a" -map 0:a -c copy -f md5 -)"
is "moov comes first" "$(get -r 0-4095 "$movie" | LC_ALL=C grep -aobE 'ftyp|moov' | head -n 2 | tr '\n' ' ')" "4:ftyp 36:moov "
if words=$(node_tool check_ranges.mjs "$movie"); then ok "ranges: $words"; else wrong "ranges: $words"; fi
is "a height that is not there" "$(curl -s -o /dev/null -w '%{http_code}' "$lesson/9999.mp4")" 404
has "I-frames are offered" "$(get "$lesson/master.m3u8")" "URI=\"$rung/iframes.m3u8\""
# Each range is a head and one whole IDR picture: put behind the init segment it decodes to one picture.
get "$lesson/$rung/init.mp4" >iframe.mp4
iframes=$(get "$lesson/$rung/iframes.m3u8")
has "only I-frames" "$iframes" "#EXT-X-I-FRAMES-ONLY"
size=$(sed -n 's/^#EXT-X-BYTERANGE:\([0-9]*\)@0$/\1/p' <<<"$iframes" | sed -n 2p)
get -r "0-$((size - 1))" "$lesson/$rung/1.m4s" >>iframe.mp4
is "a range decodes to its picture" "$(ffmpeg -nostdin -v quiet -i iframe.mp4 -frames:v 1 -f framemd5 - | awk -F, '!/^#/ {print $6}')" \
  "$(ffmpeg -nostdin -v error -i "$lesson/$rung/playlist.m3u8" -f framemd5 - | awk -F, '!/^#/ {print $6}' | sed -n 51p)"

# Which view a client gets at the address that leaves it open; an address that does not always wins.
old='Mozilla/5.0 (SMART-TV; LINUX; Tizen 4.0) AppleWebKit/538.1'
get "$lesson/master.m3u8" >/dev/null # now it is shared
has "an old television gets MPEG-TS" "$(get -A "$old" "$lesson/master.m3u8")" "ts/$rung/playlist.m3u8"
has "others get fMP4" "$(get "$lesson/master.m3u8")" "#EXT-X-VERSION:7"
has "an old television that asks for fMP4 gets it" "$(get -A "$old" "$lesson/master.m3u8?view=fmp4")" "#EXT-X-VERSION:7"
has "caches are told" "$(get -D - -o /dev/null -A "$old" "$lesson/master.m3u8")" "User-Agent"
is "another view is refused" "$(curl -s -o /dev/null -w '%{http_code}' "$lesson/master.m3u8?view=x")" 400

before=$(get "$lesson/ts/$rung/1.ts" "$movie" | md5sum)
tag=$(get -D - -o /dev/null "$lesson/ts/$rung/1.ts" | tr -d '\r' | awk 'tolower($1) == "etag:" {print $2}')
has "the cache of views is in the metrics" "$(get "$BASE/metrics")" "kapok_view_cache_misses_total"
stop_serve
start_serve
lesson=$BASE/media/${assets[0]}
is "the same bytes after a restart" "$(get "$lesson/ts/$rung/1.ts" "$lesson/${rung#v}.mp4" | md5sum)" "$before"
is "and the same ETag" "$(curl -s -o /dev/null -w '%{http_code}' -H "If-None-Match: $tag" "$lesson/ts/$rung/1.ts")" 304
stop_serve
finish
