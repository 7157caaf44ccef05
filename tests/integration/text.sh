#!/usr/bin/env bash
# Captions and chapters that a source brings inside: mov_text in MP4, SubRip and ASS in Matroska, WebVTT in WebM. They
# come out as the lesson's captions and chapters, on the lesson's clock; captions given by hand win.
source "$(dirname "$0")/lib.sh"

mkdir "$WORK/in"
cd "$WORK/in"

encode() { ffmpeg -nostdin -v error "$@"; }

make_texts() {
  printf '1\n00:00:00,500 --> 00:00:01,500\n大家好 <b>欢迎</b>\n\n2\n00:00:02,000 --> 00:00:03,250\n第一行\n第二行 & 更多\n' >zh.srt
  printf '1\n00:00:00,500 --> 00:00:01,500\nHello everyone\n\n2\n00:00:02,000 --> 00:00:03,250\nTwo < three\n' >en.srt
  printf '1\n00:00:00,500 --> 00:00:01,500\nThe set {1, 2} of numbers\n' >braces.srt
  cat >styled.ass <<'ASS'
[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Sans,20,&H00FFFFFF,&H000000FF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\an8\i1}起势{\i0}，两臂前举\N慢
Dialogue: 0,0:00:03.00,0:00:03.50,Default,,0,0,0,,{\p1}m 0 0 l 100 0 100 100{\p0}
ASS
  cat >chapters.txt <<'META'
;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=2000
title=开场
[CHAPTER]
TIMEBASE=1/1000
START=2000
END=4000
title=第一式 <起势>
META
}

make_sources() {
  encode -f lavfi -i testsrc2=size=320x240:rate=25:duration=4 -f lavfi -i sine=duration=4 \
    -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac plain.mp4
  encode -i plain.mp4 -i zh.srt -i en.srt -i chapters.txt -map 0 -map 1 -map 2 -map_chapters 3 -c copy -c:s mov_text \
    -metadata:s:s:0 language=zho -metadata:s:s:1 language=eng phone.mp4
  encode -i plain.mp4 -i zh.srt -i styled.ass -map 0 -map 1 -map 2 -c copy -c:s:0 srt -c:s:1 ass \
    -metadata:s:s:0 language=chi -metadata:s:s:1 language=chi recorder.mkv
  encode -i plain.mp4 -i en.srt -map 0:v -map 1 -c:v libvpx -deadline realtime -cpu-used 8 -c:s webvtt \
    -metadata:s:s:0 language=eng screen.webm
  encode -ss 1 -i recorder.mkv -map 0 -c copy -copyts -avoid_negative_ts disabled later.mkv
  encode -i plain.mp4 -i braces.srt -i zh.srt -i zh.srt -map 0 -map 1 -map 2 -map 3 -c copy -c:s srt \
    -metadata:s:s:1 language=chi -metadata:s:s:1 title=简体中文 -metadata:s:s:2 language=chi -metadata:s:s:2 title=繁體中文 \
    -disposition:s:0 0 editor.mkv
  cp phone.mp4 byhand.mp4
  printf 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n手写的字幕\n' >byhand.zh-CN.vtt
}

# caption NAME LANGUAGE: the text of a lesson's caption track.
caption() { curl -sS --fail-with-body "$BASE/media/${asset_of[$1]}/captions/$2.vtt"; }
rows() { sql "$1"; }

make_texts
make_sources
start_serve
files=(plain.mp4 phone.mp4 recorder.mkv screen.webm later.mkv byhand.mp4 editor.mkv)
mapfile -t ids < <("$KAPOK" ingest --data "$DATA" --wait "${files[@]}" 2>"$WORK/ingest.log" | cut -f1)
[ "${#ids[@]}" = "${#files[@]}" ] || die "ingest: $(tail -3 "$WORK/ingest.log")"
declare -A asset_of
for i in "${!files[@]}"; do asset_of[${files[$i]%.*}]=${ids[$i]}; done

languages() { rows "SELECT group_concat(language, ' ') FROM (SELECT language FROM caption WHERE asset_id = '${asset_of[$1]}' ORDER BY language)"; }
is "no text, no captions" "$(languages plain)" ""
is "mov_text tracks by their language" "$(languages phone)" "en zh"
is "two tracks of one language" "$(languages recorder)" "zh zh-x-2"
is "WebVTT in WebM" "$(languages screen)" "en"
is "titles tell the writing, the words an untold language" "$(languages editor)" "en zh-Hans zh-Hant"
is "captions by hand win over those of the same language" "$(languages byhand)" "en zh-CN"

text=$(caption phone zh)
has "a caption's time" "$text" "00:00:00.500 --> 00:00:01.500"
has "its words without styles" "$text" "大家好 欢迎"
has "two lines, escaped" "$text" $'00:00:02.000 --> 00:00:03.250\n第一行\n第二行 &amp; 更多'
has "less-than is escaped" "$(caption phone en)" "Two &lt; three"
text=$(caption recorder zh-x-2)
# the sound's priming moves everything in a Matroska copy by 23 ms, pictures and captions alike
has "ASS: styles go, lines stay" "$text" $'00:00:01.023 --> 00:00:02.023\n起势，两臂前举\n慢'
case $text in *"m 0 0"*) wrong "a drawing is no caption" ;; *) ok "a drawing is no caption" ;; esac
has "the lesson's clock begins with its tracks" "$(caption screen en)" "00:00:02.000 --> 00:00:03.250"
has "braces are words" "$(caption editor en)" "The set {1, 2} of numbers"
has "by hand" "$(caption byhand zh-CN)" "手写的字幕"
has "in the playlist" "$(curl -sS "$BASE/media/${asset_of[phone]}/master.m3u8")" 'TYPE=SUBTITLES'

chapters() { rows "SELECT group_concat(start_us || '=' || title, '|') FROM (SELECT * FROM chapter WHERE asset_id = '${asset_of[$1]}' ORDER BY start_us)"; }
is "chapters of the container" "$(chapters phone)" "0=开场|2000000=第一式 <起势>"
is "no chapters" "$(chapters plain)" ""

start_us=$(ffprobe -v error -show_entries format=start_time -of csv=p=0 later.mkv)
note "later.mkv starts at $start_us s"
has "a source that starts late: captions move with its pictures" "$(caption later zh)" "第一行"

if [ -e "$KAPOK_MEDIA/vp9-opus-webvtt.webm" ]; then
  id=$("$KAPOK" ingest --data "$DATA" --wait "$KAPOK_MEDIA/vp9-opus-webvtt.webm" 2>/dev/null | cut -f1)
  lines=$(ffmpeg -nostdin -v error -i "$KAPOK_MEDIA/vp9-opus-webvtt.webm" -map 0:s:0 -f webvtt - | grep -c -- '-->')
  language=$(rows "SELECT language FROM caption WHERE asset_id = '$id' LIMIT 1")
  is "a real clip: as many captions as ffmpeg finds" \
    "$(curl -sS "$BASE/media/$id/captions/$language.vtt" | grep -c -- '-->')" "$lines"
fi
stop_serve
finish
