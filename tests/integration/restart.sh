#!/usr/bin/env bash
# Reload, restart and stop while requests come without a pause: none is refused, none is cut. A wrong configuration changes
# nothing. Sockets of systemd are taken.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for name in one two; do
  mkdir -p "$WORK/$name/assets"
  echo "page $name" >"$WORK/$name/home.html"
  echo small >"$WORK/$name/assets/small.txt"
done
head -c 6000000 /dev/urandom >"$WORK/one/assets/large.bin"
cp "$WORK/one/assets/large.bin" "$WORK/two/assets/large.bin"
CONFIG=$WORK/kapok.conf
echo "web = $WORK/one" >"$CONFIG"
start_serve --workers 1 --config "$CONFIG" </dev/null

reload() { "$KAPOK" reload --data "$DATA" "$@" 2>&1; }
server_pid() { pgrep -P "$SERVE_PID" -x kapok-server | sort -n | tail -1; }
page() { curl -sS --max-time 10 "$BASE/"; }

# hammer_until COMMAND...: prints what COMMAND does while requests come without a pause; what became of them in $WORK/hammer.
hammer_until() {
  : >"$WORK/hammer"
  node "$TEST_DIR/hammer.mjs" "$BASE" >"$WORK/hammer" &
  local hammer=$! status=0 i
  for i in $(seq 300); do [ ! -s "$WORK/hammer" ] || break && sleep 0.1; done # it says when it has its first answers
  "$@" || status=$?
  sleep 0.3
  kill -TERM "$hammer"
  wait "$hammer"
  return "$status"
}

assert_unharmed() {
  is "$1: nothing was refused or cut" "$(tail -1 "$WORK/hammer" | jq -c '[.wrong, .errors]')" '[0,{}]'
  local answers
  answers=$(tail -1 "$WORK/hammer" | jq '.answers // 0')
  [ "${answers:-0}" -gt 20 ] && ok "$1: $answers answers" || wrong "$1: hardly any answers"
}

three_reloads() {
  local i
  for i in 1 2 3; do reload >>"$WORK/reloads" || return 1; done
}

first=$(server_pid)
curl -sS --limit-rate 2M -o "$WORK/large" "$BASE/assets/large.bin" &
download=$!
hammer_until three_reloads && ok "three reloads" || wrong "three reloads: $(cat "$WORK/reloads")"
assert_unharmed "three reloads"
[ "$(server_pid)" != "$first" ] && ok "another server process answers" || wrong "the server is the same"
wait "$download" && cmp -s "$WORK/large" "$WORK/one/assets/large.bin" && ok "a download that had begun came whole" ||
  wrong "a download that had begun was cut"

worker=$(pgrep -P "$SERVE_PID" -x kapok-transcode || pgrep -P "$SERVE_PID" -f 'kapok-transcoder worker')
hammer_until reload --restart >"$WORK/restarted" && ok "a restart" || wrong "a restart: $(cat "$WORK/restarted")"
assert_unharmed "a restart"
is "the worker is another one too" "$(left_of $worker)" 0

# New settings.
is "the page" "$(page)" "page one"
{ echo "web = $WORK/two" && echo "retired-keep = 2h" && echo "x264-preset = fast"; } >"$CONFIG"
said=$(reload) && ok "a reload with new settings" || wrong "a reload with new settings: $said"
becomes "the page of the new settings" "page two" page
has "what needs a new start is named" "$said" "retired-keep"
has "what workers take over later is named" "$said" "x264-preset"

# Wrong ones.
before=$(server_pid)
{ echo "web = $WORK/one" && echo "min-rate = fast"; } >"$CONFIG"
if said=$(reload); then wrong "a wrong config was taken: $said"; else ok "a wrong config is refused"; fi
has "with file and line" "$said" "kapok.conf:2:"
echo "api-token-file = $WORK/no-such-file" >"$CONFIG"
if said=$(hammer_until reload); then wrong "a server that cannot start took over: $said"; else ok "a server that cannot start takes nothing over"; fi
assert_unharmed "a server that cannot start"
is "the old server goes on" "$(server_pid)" "$before"
is "with the old settings" "$(page)" "page two"
echo "web = $WORK/one" >"$CONFIG"
kill -HUP "$SERVE_PID"
becomes "SIGHUP reloads" "page one" page

# A killed server: its requests are cut, but nobody is refused, since the socket stays open.
kill -KILL "$(server_pid)"
is "a request right after kill -9 waits for the next server" "$(curl -sS --max-time 20 -o /dev/null -w '%{http_code}' "$BASE/healthz")" 200

# The end lets what is under way end.
curl -sS --limit-rate 3M -o "$WORK/large" "$BASE/assets/large.bin" &
download=$!
sleep 0.5
stop_serve
is "the end" "$SERVE_STATUS" 0
wait "$download" && cmp -s "$WORK/large" "$WORK/one/assets/large.bin" && ok "the end lets a download end" || wrong "the end cut a download"

# Sockets of systemd: served in place of those of the settings (port 1 is nobody's here).
node "$TEST_DIR/activate.mjs" "$KAPOK" serve --data "$DATA" --workers 1 --web "$WORK/one" --listen 127.0.0.1:1 \
  >"$WORK/activated" 2>>"$SERVE_LOG" &
SERVE_PID=$!
activated_port() { grep -m1 -x '[0-9]*' "$WORK/activated" | sed 's/.*/is there/' || true; }
becomes "it is started with a socket" "is there" activated_port
BASE=http://127.0.0.1:$(grep -m1 -x '[0-9]*' "$WORK/activated")
is "a handed socket is served" "$(curl -sS --max-time 20 "$BASE/")" "page one"
hammer_until reload >"$WORK/reloads" && ok "a reload on a handed socket" || wrong "a reload on a handed socket: $(cat "$WORK/reloads")"
assert_unharmed "a reload on a handed socket"
stop_serve
is "the end of the socket's service" "$SERVE_STATUS" 0
finish
