#!/usr/bin/env bash
# Watch folders: what is put there becomes a lesson, once it is whole; what cannot be goes aside with the reason.
source "$(dirname "$0")/lib.sh"
clip=$KAPOK_MEDIA/landscape-240p30.mp4
need_file "$clip"
in=$WORK/投稿
mkdir -p "$in/养生保健"
start_serve --workers 1 --watch-folder "$in=西区社区学院:$WORK/还没有" --watch-settle 1s

# one that grows for longer than it takes to settle, held open meanwhile
exec 7>"$in/八段锦 第一式.mp4"
head -c 300000 "$clip" >&7
printf 'WEBVTT\n\n00:00.000 --> 00:02.000\n你好\n' >"$in/八段锦 第一式.vtt"
cp "$clip" "$in/养生保健/.半个.mp4.part"
cp "$clip" "$in/养生保健/穴位.mp4" && printf 'x' >>"$in/养生保健/穴位.mp4"
printf 'PK\3\4 no film' >"$in/通知.mp4"
becomes "the one in the category's folder is taken" yes eval '[ -e "$in/done/穴位.mp4" ] && echo yes || echo no'
is "the one that is written is not" "$(sql "SELECT COUNT(*) FROM lesson WHERE title LIKE '八段锦%'")" 0
tail -c +300001 "$clip" >&7
exec 7>&-
becomes "closed, it is" yes eval '[ -e "$in/done/八段锦 第一式.mp4" ] && echo yes || echo no'
is "its captions went with it" "$(ls "$in/done" | grep -c vtt)" 1
becomes "what is no film goes aside" yes eval '[ -e "$in/failed/通知.mp4.原因.txt" ] && echo yes || echo no'
has "with the reason" "$(cat "$in/failed/通知.mp4.原因.txt")" "课时必须是视频或音频文件"
is "two lessons of the institution" \
  "$(sql "SELECT group_concat(title || '|' || category || '|' || institution, ' ') FROM (SELECT * FROM course ORDER BY title)")" \
  "八段锦 第一式||西区社区学院 穴位|health|西区社区学院"
asset=$(sql "SELECT asset_id FROM lesson WHERE title = '八段锦 第一式'")
is "its bytes" "$(sha256sum <"$DATA/objects/source/$asset")" "$(sha256sum <"$clip")"
is "its captions" "$(sql "SELECT COUNT(*) FROM caption WHERE asset_id = '$asset'")" 1
is "what is half there stays" "$(ls -A "$in/养生保健")" ".半个.mp4.part"
is "nothing is left of the way in" "$(ls "$DATA/uploads" | wc -l)" 0
# the power went after the lesson was made and before its file was moved: it is moved now, and no second lesson is made
crash_serve
mv "$in/done/穴位.mp4" "$in/养生保健/穴位.mp4"
start_serve --workers 1 --watch-folder "$in=西区社区学院" --watch-settle 1s
becomes "it goes to done" yes eval '[ -e "$in/done/穴位.mp4" ] && echo yes || echo no'
is "and is one lesson" "$(sql "SELECT COUNT(*) FROM lesson")" 2
stop_serve
is "the end is in order" "$SERVE_STATUS" 0
finish
