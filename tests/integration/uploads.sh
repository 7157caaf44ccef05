#!/usr/bin/env bash
# Uploads: see uploads.mjs. By hand, two gigabytes over a cut line and many kills:
#   KAPOK_BYTES=2147483648 KAPOK_ONLY=cuts tests/integration/uploads.sh
#   KAPOK_KILLS=200 tests/integration/uploads.sh
source "$(dirname "$0")/lib.sh"

need_file "$KAPOK_MEDIA/landscape-240p30.mp4"
/usr/bin/python3 -c 'import tusclient' 2>/dev/null || skip "python3-tuspy is not installed"
PORT=$(free_port)
STATUS=0
SERVER=$KAPOK_BIN/kapok-server DATA=$DATA SOURCE=$KAPOK_MEDIA/landscape-240p30.mp4 WORK=$WORK PORT=$PORT \
  BYTES=${KAPOK_BYTES:-30000000} ONLY=${KAPOK_ONLY:-} KILLS=${KAPOK_KILLS:-5} node "$TEST_DIR/uploads.mjs" || STATUS=$?
[ "$STATUS" = 0 ] || tail -n 30 "$WORK/server.log"
is "uploads" "$STATUS" 0
if grep -qE 'ERROR: AddressSanitizer|runtime error|LeakSanitizer' "$WORK/server.log"; then wrong "a sanitizer spoke"; tail -n 60 "$WORK/server.log"; fi
finish
