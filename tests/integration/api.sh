#!/usr/bin/env bash
# The whole editing API on the real server, through Prism, which holds every request and every answer against
# docs/openapi.yaml.
source "$(dirname "$0")/lib.sh"

token=$WORK/token
printf 'a-token-of-this-test-only\n' >"$token"
chmod 600 "$token"
"$KAPOK" division load --data "$DATA" "$KAPOK_SOURCE/config/divisions-panzhihua.csv" >/dev/null
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=2 -f lavfi -i sine=duration=2 \
  -c:v libx264 -preset ultrafast -c:a aac "$WORK/lesson.mp4"
asset=$("$KAPOK" ingest --data "$DATA" --title 太极拳 --institution 社区大学 "$WORK/lesson.mp4" | cut -f 1)

start_serve --workers 1 --api-token-file "$token"
prism_port=$(free_port)
node "$KAPOK_NODE_MODULES/@stoplight/prism-cli/dist/index.js" proxy --errors --port "$prism_port" \
  "$KAPOK_SOURCE/docs/openapi.yaml" "$BASE" >"$WORK/prism.log" 2>&1 &
prism=$!
for _ in $(seq 300); do
  if curl -fs -o "$WORK/health" "http://127.0.0.1:$prism_port/healthz"; then break; fi
  kill -0 "$prism" 2>/dev/null || die "Prism ended: $(tail -n 5 "$WORK/prism.log")"
  sleep 0.1
done
STATUS=0
TOKEN=$(cat "$token") ASSET=$asset DIRECT=$BASE PROXY=http://127.0.0.1:$prism_port \
  node "$TEST_DIR/api.mjs" || STATUS=$?
kill "$prism" 2>/dev/null || true
wait "$prism" 2>/dev/null || true
is "the API keeps what openapi.yaml says" "$STATUS" 0

# a token that is too short stops the start
printf 'short\n' >"$WORK/short"
STATUS=0
"$KAPOK_BIN/kapok-server" --data "$WORK/other" --listen 127.0.0.1:0 --api-token-file "$WORK/short" \
  >"$WORK/short.log" 2>&1 || STATUS=$?
if [ "$STATUS" = 0 ]; then wrong "a short token was taken"; else ok "a short token stops the start"; fi
has "why" "$(cat "$WORK/short.log")" "at least 20 characters"
finish
