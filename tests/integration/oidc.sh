#!/usr/bin/env bash
# Signing in at an OpenID provider that others wrote (npm oidc-provider): see oidc.mjs.
source "$(dirname "$0")/lib.sh"

PORT=$(free_port)
STATUS=0
printf 'a secret: with %%, &, + and =\nnot this line\n' >"$WORK/secret"
SERVER=$KAPOK_BIN/kapok-server DATA=$DATA WORK=$WORK PORT=$PORT PROVIDER_PORT=$(free_port) NODE_ENV=production \
  node "$TEST_DIR/oidc.mjs" || STATUS=$?
[ "$STATUS" = 0 ] || tail -n 30 "$WORK/server.log"
is "signing in at the provider" "$STATUS" 0
if grep -qE 'ERROR: AddressSanitizer|runtime error|LeakSanitizer' "$WORK/server.log"; then
  wrong "a sanitizer spoke"
  tail -n 60 "$WORK/server.log"
fi
finish
