#!/usr/bin/env bash
# The command line: exit statuses, help, what it prints and where, the lock, waiting with and without a server.
source "$(dirname "$0")/lib.sh"

# run_kapok ARGUMENT...: sets STATUS, OUT and ERR.
run_kapok() {
  STATUS=0
  "$KAPOK" "$@" >"$WORK/out" 2>"$WORK/err" || STATUS=$?
  OUT=$(cat "$WORK/out")
  ERR=$(cat "$WORK/err")
}

# --- help ---
run_kapok --help
is "--help succeeds" "$STATUS" 0
has "--help is Chinese" "$OUT" 用法
for command in serve reload transcode ingest replace pause resume cancel retry status check import export attach division doctor; do
  has "--help lists $command" "$OUT" "  $command"
  "$KAPOK" "$command" --help >"$WORK/help.zh"
  env LC_ALL=en_US.UTF-8 "$KAPOK" "$command" --help >"$WORK/help.en"
  has "$command --help" "$(cat "$WORK/help.zh")" "用法：kapok $command"
  has "$command --help in English" "$(cat "$WORK/help.en")" "Usage: kapok $command"
done
run_kapok --version
has "--version" "$OUT" "kapok "
run_kapok --help-config
is "--help-config succeeds" "$STATUS" 0
if "$KAPOK" --help-config | cmp - "$KAPOK_SOURCE/docs/config.md"; then ok "--help-config is docs/config.md"; else wrong "--help-config differs from docs/config.md"; fi

# --- wrong usage ---
run_kapok
is "no command" "$STATUS" 2
run_kapok ingset
is "an unknown command" "$STATUS" 2
has "a proposal" "$ERR" ingest
is "nothing on standard output" "$OUT" ""
run_kapok serve --wokers 2
is "an unknown option" "$STATUS" 2
has "a near option" "$ERR" workers
run_kapok serve --workers many
is "a wrong value" "$STATUS" 2
run_kapok ingest --data "$DATA"
is "ingest without a file" "$STATUS" 2
run_kapok ingest --data "$DATA" --category 烹饪 x.mp4
is "an unknown category" "$STATUS" 2
for word in 公民素养 人文艺术 科技创新 职业技能 运动健身 养生保健 生活休闲 手语教育 家庭教育; do
  has "the nine are listed" "$ERR" "$word"
done
if [ -e "$DATA" ]; then wrong "wrong usage made the data folder"; else ok "wrong usage leaves no trace"; fi
run_kapok status --data "$DATA"
is "status without data" "$STATUS" 1
printf 'workers = 2\nlisen = :80\n' >"$WORK/bad.conf"
run_kapok serve --data "$DATA" --config "$WORK/bad.conf"
is "a wrong config file" "$STATUS" 2
has "the config file's line" "$ERR" "bad.conf:2"

# --- divisions ---
run_kapok division load --data "$WORK/divisions" "$KAPOK_SOURCE/config/divisions-panzhihua.csv"
is "divisions are loaded" "$STATUS" 0
has "how many" "$OUT" "新增 6"
printf 'code,name\n510402001000,某街道\n51040,太短\n' >"$WORK/wrong.csv"
run_kapok division load --data "$WORK/divisions" "$WORK/wrong.csv"
is "a wrong row" "$STATUS" 1
has "its line" "$ERR" "wrong.csv:3"
run_kapok division list --data "$WORK/divisions" 510402000000
is "a wrong row changes nothing" "$(printf '%s\n' "$OUT" | wc -l)" 1
has "a division is listed" "$OUT" 东区
run_kapok division lst --data "$WORK/divisions"
is "an unknown action" "$STATUS" 2

# --- ingest ---
clip=$WORK/"课 一.mp4"
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=8 -f lavfi -i sine=duration=8 \
  -c:v libx264 -preset ultrafast -c:a aac "$clip"
printf 'WEBVTT\n\n00:00.000 --> 00:02.000\n你好\n' >"$WORK/课 一.zh-CN.vtt"
mkdir "$WORK/folder.mp4"
run_kapok ingest --data "$DATA" "$WORK/absent.mp4" "$WORK/folder.mp4" "$clip"
is "one of three files is good: status" "$STATUS" 1
has "the missing file is named" "$ERR" "absent.mp4：找不到文件"
has "the folder is named" "$ERR" "folder.mp4：这是文件夹"
is "one line on standard output" "$(wc -l <"$WORK/out")" 1
if printf '%s\n' "$OUT" | grep -qP '^[0-9a-z]{13}\t课 一$'; then ok "asset id, tab, title"; else wrong "ingest printed \"$OUT\""; fi
first_asset=${OUT%%$'\t'*}
is "the caption came along" "$(sql "SELECT language FROM caption WHERE asset_id = '$first_asset'")" zh-CN
run_kapok ingest --data "$DATA" --title 太极拳 --summary 简介 --category 运动健身 --institution 社区大学 "$clip" "$clip"
is "two files with one title" "$STATUS" 0
is "their titles are numbered" "$(cut -f2 "$WORK/out" | paste -sd' ')" "太极拳 1 太极拳 2"
is "category, summary and institution are kept" \
  "$(sql "SELECT count(*) FROM course WHERE category <> '' AND summary = '简介' AND institution = '社区大学'")" 2
run_kapok status --data "$DATA"
is "status" "$STATUS" 0
has "status lists the title" "$OUT" "太极拳 2"
has "status lists the asset" "$OUT" "$first_asset"
run_kapok status --data "$DATA" nothing
is "status of an unknown asset" "$STATUS" 1

# --- what would be made of a file ---
run_kapok transcode --explain "$clip"
is "--explain" "$STATUS" 0
has "--explain tells the source's picture" "$OUT" "h264  320x180"
has "--explain tells the rung" "$OUT" "v180"
has "--explain tells the sound" "$OUT" "a128"
is "--explain in English" "$(LC_ALL=en_US.UTF-8 "$KAPOK" transcode --explain "$clip" | head -n 1)" Source
run_kapok transcode --explain "$clip" --json --segment-duration 2s
is "--explain --json" "$STATUS" 0
is "its source" "$(jq -c '[.source.video.codec, .source.video.width, .source.audio[0].codec, .lesson.frame_rate]' <<<"$OUT")" \
  '["h264",320,"aac",25]'
is "its plan follows the settings" "$(jq -c '[.lesson.segments, .video[0].name, .audio[0].name]' <<<"$OUT")" \
  '[4,"v180","a128"]'
is "as many span jobs as the plan has" "$(jq '[.jobs[] | select(.kind == "span")] | length > 0' <<<"$OUT")" true
printf '1\n00:00:01,000 --> 00:00:02,000\n你好\n' >"$WORK/cues.srt"
printf ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=%d\nEND=%d\ntitle=%s\n' 0 2 起势 2 4 收势 >"$WORK/chapters.txt"
ffmpeg -nostdin -v error -i "$clip" -i "$WORK/cues.srt" -i "$WORK/chapters.txt" -map 0 -map 1 -map_metadata 2 -c copy -c:s srt \
  -metadata:s:s:0 language=chi "$WORK/texts.mkv"
run_kapok transcode --explain "$WORK/texts.mkv" --json
is "--explain tells captions and chapters" "$(jq -c '[.source.captions[0].language, .chapters[1]]' <<<"$OUT")" \
  '["zh",{"start":2,"title":"收势"}]'
is "nothing was made" "$(sql "SELECT count(*) FROM job WHERE state <> 'ready'")" 0
printf 'no video' >"$WORK/text.mp4"
run_kapok transcode --explain "$WORK/text.mp4"
is "--explain of a file that is no video" "$STATUS" 1
has "it says why" "$ERR" 不是可以识别的视频
has "in the demuxer's own words" "$ERR" "(not_media: "
is "and prints no plan" "$OUT" ""
run_kapok transcode --explain "$WORK/absent.mp4"
is "--explain of a missing file" "$STATUS" 1
has "it names it" "$ERR" absent.mp4
run_kapok transcode --explain "$WORK"
is "--explain of a folder" "$STATUS" 1
run_kapok transcode --json
is "--json alone" "$STATUS" 2

# --- waiting without a server: workers are started here, and end ---
run_kapok ingest --data "$DATA" --workers 1 --wait --title 等待 "$clip"
is "ingest --wait without a server" "$STATUS" 0
is "still one line on standard output" "$(wc -l <"$WORK/out")" 1
has "it says that it starts workers" "$ERR" 转码进程
has "it says that it is done" "$ERR" "✓ 等待"
is "the state" "$(sql "SELECT state FROM asset WHERE id = '$(cut -f1 "$WORK/out")'")" ready
is "no worker stays" "$(sql "SELECT count(*) FROM worker")" 0
run_kapok ingest --data "$DATA" --workers 1 --wait /dev/null
is "a device is no file" "$STATUS" 1
echo "no video" >"$WORK/text.mp4"
run_kapok ingest --data "$DATA" --workers 1 --wait "$WORK/text.mp4"
is "a failed lesson: status" "$STATUS" 1
has "the failure in Chinese" "$ERR" 转码失败
has "the failure in English" "$ERR" "Failed: "
run_kapok status --data "$DATA" "$(cut -f1 "$WORK/out")"
has "status shows the failure" "$OUT" 失败
has "in the demuxer's own words" "$OUT" "Invalid data found"
run_kapok status --data "$DATA" "$first_asset"
has "status shows how far each rendition is" "$OUT" "v180     100%"

# --- on a terminal: a bar, redrawn ---
long=$WORK/long.mp4
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=960x540:rate=25:duration=60 -c:v libx264 -preset ultrafast "$long"
status=0
TERM=xterm script -qec "stty cols 80 rows 24; '$KAPOK' ingest --data '$DATA' --workers 2 --wait --title 进度 '$clip' '$long'" \
  "$WORK/typescript" </dev/null >/dev/null || status=$?
is "ingest --wait on a terminal" "$status" 0
screen=$(cat "$WORK/typescript")
has "a bar" "$screen" "[###"
has "time left" "$screen" 剩余
has "redrawn in place" "$screen" $'\033[2A'
if printf '%s' "$screen" | grep -qP '\d+\.\dx'; then ok "a speed"; else wrong "no speed is shown"; fi

# --- Ctrl-C stops the waiting, not the lesson ---
"$KAPOK" ingest --data "$DATA" --workers 1 --wait --title 中断 "$long" >"$WORK/out" 2>"$WORK/err" &
ingest_pid=$!
for _ in $(seq 100); do
  [ "$(tree_of "$ingest_pid" | wc -l)" -gt 1 ] && break
  sleep 0.1
done
sleep 0.5
below=$(tree_of "$ingest_pid" | tail -n +2)
kill -INT "$ingest_pid"
status=0
wait "$ingest_pid" || status=$?
interrupted=$(cut -f1 "$WORK/out")
is "Ctrl-C: status" "$status" 130
is "Ctrl-C: its workers ended" "$(left_of $below)" 0
is "Ctrl-C: no job is left running" "$(sql "SELECT count(*) FROM job WHERE state = 'running'")" 0
is "Ctrl-C: the lesson is not lost" "$(sql "SELECT state IN ('queued', 'playable') FROM asset ORDER BY created_us DESC LIMIT 1")" 1

# --- serve ---
start_serve --workers 1
log_has "serve prints its address" "http://127.0.0.1:$PORT/"
run_kapok serve --data "$DATA" --listen "127.0.0.1:$(free_port)"
is "a second serve on the same folder" "$STATUS" 1
has "it says who is there" "$ERR" "$SERVE_PID"
run_kapok serve --data "$WORK/other" --listen "127.0.0.1:$PORT"
if [ "$STATUS" != 0 ]; then ok "a port in use"; else wrong "a port in use: status 0"; fi
has "it says which port" "$ERR" "$PORT"
run_kapok doctor --data "$DATA" --listen "127.0.0.1:$PORT"
is "doctor" "$STATUS" 0
has "doctor looks at the catalog" "$OUT" 目录库完好
is "the interrupted lesson completes" \
  "$(wait_for_state "$interrupted" 90 ready failed)" ready
run_kapok ingest --data "$DATA" --wait --title 有服务 "$clip"
is "ingest --wait with a server" "$STATUS" 0
case $ERR in
*现在启动*) wrong "workers were started beside a server" ;;
*) ok "the server's workers did it" ;;
esac
below=$(tree_of "$SERVE_PID" | tail -n +2)
stop_serve
is "serve ends in good order" "$SERVE_STATUS" 0
is "nothing of it stays" "$(left_of $below)" 0
is "no work folder stays" "$(find "$DATA/tmp" -mindepth 1 | wc -l)" 0
finish
