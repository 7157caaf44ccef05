# Shared by the integration tests: sourced, not run. Gives a work folder, a server on a free loopback port, and an
# end that leaves no process and no file behind.
#
# Environment: KAPOK_BIN (the built programs), KAPOK_SOURCE (the source tree), KAPOK_MEDIA (real clips; default
# ../shared/media beside the source tree), KAPOK_NODE_MODULES, KAPOK_KEEP (not empty: keep the work folder).

set -euo pipefail

TEST_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
KAPOK_SOURCE=${KAPOK_SOURCE:-$(cd "$TEST_DIR/../.." && pwd)}
KAPOK_BIN=${KAPOK_BIN:-${KAPOK_BUILT_BIN:-$KAPOK_SOURCE/build/bin}}
KAPOK_MEDIA=${KAPOK_MEDIA:-$KAPOK_SOURCE/../shared/media}
export KAPOK_NODE_MODULES=${KAPOK_NODE_MODULES:-$TEST_DIR/node_modules}
OPENCV_DATA=/usr/share/doc/opencv-doc/examples/data
OPENCV_CUP=/usr/share/doc/opencv-doc/opencv4/html/cup.mp4.gz

KAPOK=$KAPOK_BIN/kapok
WORK=$(mktemp -d "${TMPDIR:-/tmp}/kapok-test-XXXXXX")
DATA=$WORK/data
SERVE_PID=
SERVE_LOG=$WORK/serve.log
PORT=
BASE=
FAILURES=0

export LC_ALL=C.UTF-8 # Chinese is what Kapok says unless the locale begins with "en"
unset LANG LC_MESSAGES

note() { printf '# %s\n' "$*"; }

# A wrong finding: the test goes on and fails at its end.
wrong() {
  printf 'not ok - %s\n' "$*"
  FAILURES=$((FAILURES + 1))
}
ok() { printf 'ok - %s\n' "$*"; }

# The test cannot go on.
die() {
  printf 'not ok - %s\n' "$*"
  exit 1
}

# is WHAT ACTUAL EXPECTED
is() {
  if [ "$2" = "$3" ]; then ok "$1"; else wrong "$1: got \"$2\", expected \"$3\""; fi
}

# has WHAT TEXT PART
has() {
  case $2 in
  *"$3"*) ok "$1" ;;
  *) wrong "$1: \"$3\" is not in: $2" ;;
  esac
}

# log_has WHAT TEXT: the server's log has TEXT, or gets it within 10 s. Lines of several processes come when they come.
log_has() {
  local i
  for i in $(seq 100); do
    if grep -qF -- "$2" "$SERVE_LOG"; then break; fi
    sleep 0.1
  done
  has "$1" "$(cat "$SERVE_LOG")" "$2"
}

skip() {
  printf 'skipped: %s\n' "$*"
  exit 77
}

need_file() { [ -e "$1" ] || skip "$1 is missing"; }

# Every process below PID and PID itself, one per line.
tree_of() {
  local pid=$1 child children=
  [ -d "/proc/$pid" ] || return 0
  echo "$pid"
  children=$(cat /proc/"$pid"/task/*/children 2>/dev/null || true)
  for child in $children; do tree_of "$child"; done
}

# left_of PID...: how many of them are there still, after the up to 10 s that a machine under load may need.
left_of() {
  local i pid left=0
  for i in $(seq 100); do
    left=0
    for pid in "$@"; do [ ! -d "/proc/$pid" ] || left=$((left + 1)); done
    if [ "$left" = 0 ]; then break; fi
    sleep 0.1
  done
  echo "$left"
}

# kill -9 of a whole tree. All of it is stopped first, so that nothing can start or clean up anything meanwhile.
kill_tree() {
  local pids
  pids=$(tree_of "$1")
  [ -n "$pids" ] || return 0
  kill -STOP $pids 2>/dev/null || true
  pids=$(printf '%s\n' $pids $(for pid in $pids; do tree_of "$pid"; done) | sort -un)
  kill -KILL $pids 2>/dev/null || true
}

clean_up() {
  local status=$?
  trap - EXIT
  if [ -n "$SERVE_PID" ]; then
    kill_tree "$SERVE_PID"
    wait "$SERVE_PID" 2>/dev/null || true
  fi
  if [ "$status" != 0 ] && [ "$status" != 77 ] && [ -s "$SERVE_LOG" ]; then
    echo "# the last lines of the server's log:"
    tail -n 40 "$SERVE_LOG" | sed 's/^/#   /'
  fi
  if [ -n "${KAPOK_KEEP:-}" ]; then echo "# kept: $WORK"; else rm -rf "$WORK"; fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# The last line of every test.
finish() {
  if [ "$FAILURES" -gt 0 ]; then
    echo "# $FAILURES wrong"
    exit 1
  fi
  echo "# all is well"
  exit 0
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# start_serve [SETTING...]: on $DATA, at $BASE; returns when it is ready.
start_serve() {
  PORT=$(free_port)
  BASE=http://127.0.0.1:$PORT
  "$KAPOK" serve --data "$DATA" --listen "127.0.0.1:$PORT" "$@" >>"$SERVE_LOG" 2>&1 &
  SERVE_PID=$!
  local i
  for i in $(seq 300); do
    kill -0 "$SERVE_PID" 2>/dev/null || die "kapok serve ended at its start"
    if curl -fs -o /dev/null --max-time 2 "$BASE/healthz"; then return 0; fi
    sleep 0.1
  done
  die "kapok serve is not ready after 30 s"
}

# stop_serve: in good order; its exit status goes into SERVE_STATUS.
stop_serve() {
  SERVE_STATUS=0
  kill -TERM "$SERVE_PID"
  wait "$SERVE_PID" || SERVE_STATUS=$?
  SERVE_PID=
}

# The power goes out.
crash_serve() {
  kill_tree "$SERVE_PID"
  wait "$SERVE_PID" 2>/dev/null || true
  SERVE_PID=
}

# asset ID FILTER: a member of the API's answer, by jq.
asset() { curl -fsS --max-time 10 "$BASE/api/v1/assets/$1" | jq -r "$2"; }

# wait_for_state ID SECONDS STATE...: prints the state reached.
wait_for_state() {
  local id=$1 deadline=$((SECONDS + $2)) state=
  shift 2
  while [ "$SECONDS" -lt "$deadline" ]; do
    state=$(asset "$id" .state)
    for wanted in "$@"; do
      if [ "$state" = "$wanted" ]; then
        echo "$state"
        return 0
      fi
    done
    sleep 0.3
  done
  echo "$state"
}

# becomes WHAT EXPECTED COMMAND...: what the command prints is as expected within 20 s.
becomes() {
  local what=$1 expected=$2 actual= i
  shift 2
  for i in $(seq 100); do
    actual=$("$@")
    if [ "$actual" = "$expected" ]; then break; fi
    sleep 0.2
  done
  is "$what" "$actual" "$expected"
}

sql() { sqlite3 -readonly -cmd '.timeout 10000' "$DATA/catalog.sqlite3" "$1"; }

node_tool() {
  local tool=$1
  shift
  node "$TEST_DIR/$tool" "$@"
}

for program in node curl jq sqlite3 ffmpeg ffprobe; do
  command -v "$program" >/dev/null || die "the program $program is needed by this test"
done
[ -x "$KAPOK" ] || die "$KAPOK is missing: build first, or set KAPOK_BIN"
