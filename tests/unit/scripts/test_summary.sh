#!/usr/bin/env bash
# Tests scripts/test-summary.awk on what ctest really writes, for every way a test can end.
set -euo pipefail
source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
cat >"$project/CMakeLists.txt" <<'EOF'
cmake_minimum_required(VERSION 3.25)
project(ends NONE)
enable_testing()
add_test(NAME passes COMMAND true)
add_test(NAME passes_too COMMAND sh -c "echo '<testcase name=\"x\" status=\"fail\">'")
add_test(NAME fails COMMAND false)
add_test(NAME part/skips COMMAND sh -c "echo first; echo 'skipped: clip.mp4 is missing'; exit 77")
set_tests_properties(part/skips PROPERTIES SKIP_RETURN_CODE 77)
add_test(NAME lost COMMAND /nonexistent/program)
add_test(NAME slow COMMAND sleep 9)
set_tests_properties(slow PROPERTIES TIMEOUT 1)
add_test(NAME dies COMMAND sh -c "kill -9 $$")
add_test(NAME off COMMAND false)
set_tests_properties(off PROPERTIES DISABLED ON)
EOF
cmake -S "$project" -B "$project/build" >/dev/null
ctest --test-dir "$project/build" --output-junit "$project/report.xml" >"$project/log" 2>&1 || true
wanted="跳过的测试 · Skipped:
  part/skips: skipped: clip.mp4 is missing
2 passed, 4 failed"
got=$(awk -f "$source_root/scripts/test-summary.awk" "$project/report.xml")
[ "$got" = "$wanted" ] || {
  printf 'FAILED: wanted\n%s\ngot\n%s\n' "$wanted" "$got" >&2
  exit 1
}
grep -q '4 tests failed out of 7' "$project/log" || { cat "$project/log" >&2 && exit 1; }
