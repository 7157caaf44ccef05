#!/usr/bin/env bash
# kapok import, export and attach: tables in GBK and XLSX, a dry run, a report row by row, the round trip, a PDF that only
# those get who may see its course.
source "$(dirname "$0")/lib.sh"

run_kapok() {
  STATUS=0
  "$KAPOK" "$@" >"$WORK/out" 2>"$WORK/err" || STATUS=$?
  OUT=$(cat "$WORK/out")
  ERR=$(cat "$WORK/err")
}

# make_sheet FILE: an XLSX of one sheet with two courses.
make_sheet() {
  python3 "$KAPOK_SOURCE/tests/fixtures/make_sheet.py" "$1" '[["标题", "类别", "讲师姓名"], ["太极拳", "运动健身", "甲"], ["", "养生保健", ""], ["八段锦", "health", "甲、乙"]]'
}

# --- tables ---
printf '标题,机构名称,状态\n书法,东区社区学院,published\n国画,东区社区学院,draft\n' | iconv -t GBK >"$WORK/gbk.csv"
run_kapok import --data "$DATA" --dry-run "$WORK/gbk.csv"
is "a dry run" "$STATUS" 0
has "it says so" "$OUT" "试运行"
is "it changes nothing" "$("$KAPOK" export --data "$DATA" | wc -l)" 0
run_kapok import --data "$DATA" "$WORK/gbk.csv"
is "a table in GBK" "$STATUS" 0
has "how many" "$OUT" "新增 2"

make_sheet "$WORK/sheet.xlsx"
run_kapok import --data "$DATA" "$WORK/sheet.xlsx"
is "a sheet with a wrong row" "$STATUS" 1
has "the right ones are taken" "$OUT" "新增 2"
has "the wrong one is told" "$ERR" "sheet.xlsx:3: title"
is "lecturers are made once" "$("$KAPOK" export --data "$DATA" --kind lecturers | grep -c ,)" 3
printf 'PK nothing' >"$WORK/torn.xlsx"
run_kapok import --data "$DATA" "$WORK/torn.xlsx"
is "no sheet" "$STATUS" 1
has "why" "$ERR" "torn.xlsx"
run_kapok import --data "$DATA" "$WORK/nothing.csv"
is "no file" "$STATUS" 1
run_kapok import --data "$DATA" "$KAPOK"
is "a file of an unknown form" "$STATUS" 1
run_kapok import --data "$DATA" --kind cats "$WORK/gbk.csv"
is "an unknown kind" "$STATUS" 2

# --- the round trip ---
"$KAPOK" division load --data "$DATA" "$KAPOK_SOURCE/config/divisions-panzhihua.csv" >/dev/null
run_kapok export --data "$DATA" "$WORK/all.jsonl"
is "export" "$STATUS" 0
run_kapok import --data "$WORK/other" "$WORK/all.jsonl"
is "it is taken in elsewhere" "$STATUS" 0
plain() { jq -cS 'del(.version, .created_at, .updated_at)' "$1"; }
"$KAPOK" export --data "$WORK/other" >"$WORK/again.jsonl"
if cmp <(plain "$WORK/all.jsonl") <(plain "$WORK/again.jsonl"); then ok "nothing is lost"; else wrong "something is lost"; fi
run_kapok import --data "$WORK/other" "$WORK/all.jsonl"
has "once more changes nothing" "$OUT" "新增 0，修改 0"
STATUS=0
"$KAPOK" export --data "$DATA" --kind courses >/dev/full 2>"$WORK/err" || STATUS=$?
is "a full disk" "$STATUS" 1

# --- attachments ---
open=$(jq -r 'select(.title == "书法").id' "$WORK/all.jsonl")
hidden=$(jq -r 'select(.title == "国画").id' "$WORK/all.jsonl")
printf '%%PDF-1.4\n%%%%EOF\n' >"$WORK/讲义.pdf"
run_kapok attach --data "$DATA" "$open" "$WORK/讲义.pdf"
is "a PDF is attached" "$STATUS" 0
seen=$(cut -f 1 <<<"$OUT")
has "its title" "$OUT" "讲义"
run_kapok attach --data "$DATA" --title 画谱 "$hidden" "$WORK/讲义.pdf"
unseen=$(cut -f 1 <<<"$OUT")
run_kapok attach --data "$DATA" "$open" "$WORK/gbk.csv"
is "no PDF" "$STATUS" 1
run_kapok attach --data "$DATA" 0000000000000 "$WORK/讲义.pdf"
is "no course" "$STATUS" 1
is "what was refused leaves nothing" "$(find "$DATA/objects" -name '*.pdf' | wc -l)" 2

printf 'a-token-of-this-test-only\n' >"$WORK/token"
start_serve --workers 1 --api-token-file "$WORK/token"
status() { curl -s -o "$WORK/file" -w '%{http_code}' "$@"; }
is "everybody gets the PDF of a public course" "$(status "$BASE/api/v1/attachments/$seen/file")" 200
if cmp "$WORK/file" "$WORK/讲义.pdf"; then ok "the very bytes"; else wrong "other bytes"; fi
is "it is in the course" "$(curl -s "$BASE/api/v1/courses/$open" | jq -r '.attachments[0].url')" "/api/v1/attachments/$seen/file"
token="Authorization: Bearer $(cat "$WORK/token")"
is "an editor gets that of a draft" "$(status -H "$token" "$BASE/api/v1/attachments/$unseen/file")" 200
is "nobody else, not even at once" "$(status "$BASE/api/v1/attachments/$unseen/file")" 404
is "nor its description" "$(status "$BASE/api/v1/attachments/$unseen")" 404
is "nor in a list" "$(status "$BASE/api/v1/attachments?course_id=$hidden")" 404
send() { # METHOD PATH BODY
  curl -fsS -X "$1" -H "$token" -H 'If-Match: *' -H 'Content-Type: application/json' -d "$3" "$BASE$2"
}
secret=$(send PATCH "/api/v1/courses/$hidden" '{"status":"published","visibility":"link"}' | jq -r .visible_to)
url=$(curl -fsS "$BASE/api/v1/courses/$hidden?link=$secret" | jq -r '.attachments[0].url')
is "who came by a link gets an address that brings it" "$url" "/api/v1/attachments/$unseen/file?link=$secret"
is "and the PDF" "$(status "$BASE$url")" 200
is "not with another one" "$(status "$BASE/api/v1/attachments/$unseen/file?link=${secret}x")" 404
is "nor without" "$(status "$BASE/api/v1/attachments/$unseen/file")" 404

# --- channels ---
channel=$(send POST /api/v1/channels '{"title":"社区一台","number":1}' | jq -r .id)
send PUT "/api/v1/channels/$channel/schedule" \
  "{\"entries\":[{\"days\":[1,2],\"start\":\"08:00\",\"course_id\":\"$open\"}],\"filler\":[{\"course_id\":\"$open\"}]}" >/dev/null
is "channels as a table" "$(curl -fsS -H "$token" "$BASE/api/v1/export/channels.csv" | grep -c 社区一台)" 1

# --- what belongs to an institution ---
school=$(jq -r 'select(.kind_of == "course" and .title == "书法").institution_id' "$WORK/all.jsonl")
curl -fsS -H "$token" "$BASE/api/v1/institutions/$school/export.jsonl" >"$WORK/school.jsonl"
is "its courses and no others" \
  "$(jq -r 'select(.kind_of == "course").institution_id' "$WORK/school.jsonl" | sort -u)" "$school"
is "with their attachments" "$(jq -r 'select(.kind_of == "attachment").id' "$WORK/school.jsonl" | grep -c "$seen")" 1
is "not for everybody" "$(status "$BASE/api/v1/institutions/$school/export.jsonl")" 401
is "of one that is not there" "$(status -H "$token" "$BASE/api/v1/institutions/0000000000000/export.jsonl")" 404
is "its courses as a table" "$(curl -fsS -H "$token" "$BASE/api/v1/institutions/$school/courses.csv" | grep -c 书法)" 1

# --- over HTTP: a sheet comes in, everything goes out, and in again elsewhere ---
make_sheet "$WORK/more.xlsx"
sheet_type=application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
import_over_http() { # TYPE FILE: sets JOB to the job when it has ended
  local path i
  path=$(curl -fsS -H "$token" -H "Content-Type: $1" --data-binary "@$2" "$BASE/api/v1/imports" | jq -r .id)
  for i in $(seq 300); do
    JOB=$(curl -fsS -H "$token" "$BASE/api/v1/imports/$path")
    case $(jq -r .state <<<"$JOB") in waiting | running) sleep 0.1 ;; *) break ;; esac
  done
}
import_over_http "$sheet_type" "$WORK/more.xlsx"
is "a sheet over HTTP" "$(jq -c '[.state, .created, .failed]' <<<"$JOB")" '["done",2,1]'
import_over_http "$sheet_type" "$WORK/torn.xlsx"
is "no sheet over HTTP" "$(jq -r .state <<<"$JOB")" failed
is "nothing is left of the files" "$(find "$DATA/imports" -type f | wc -l)" 0
curl -fsS -H "$token" "$BASE/api/v1/export.jsonl" >"$WORK/http.jsonl"
is "the export over HTTP is that of the program" "$("$KAPOK" export --data "$DATA" | cmp - "$WORK/http.jsonl" && echo same)" same
has "with attachments" "$(cat "$WORK/http.jsonl")" '"kind_of":"attachment"'
has "and schedules" "$(cat "$WORK/http.jsonl")" '"kind_of":"schedule"'
stop_serve
DATA=$WORK/third
start_serve --workers 1 --api-token-file "$WORK/token"
import_over_http application/jsonl "$WORK/http.jsonl"
is "all of it comes in elsewhere" "$(jq -c '[.state, .failed]' <<<"$JOB")" '["done",0]'
curl -fsS -H "$token" "$BASE/api/v1/export.jsonl" >"$WORK/third.jsonl"
if cmp <(plain "$WORK/http.jsonl") <(plain "$WORK/third.jsonl"); then ok "and is the same"; else wrong "it is another"; fi
is "a PDF that has not come is not there" "$(status "$BASE/api/v1/attachments/$seen/file")" 404
is "nor listed" "$(curl -s "$BASE/api/v1/courses/$open" | jq -c .attachments)" "[]"
run_kapok attach --data "$DATA" "$open" "$WORK/讲义.pdf"
is "when it comes it takes its place" "$(cut -f 1 <<<"$OUT")" "$seen"
is "and is there" "$(status "$BASE/api/v1/attachments/$seen/file")" 200
run_kapok check --data "$DATA" --deep
is "nothing is amiss" "$STATUS" 0
finish
