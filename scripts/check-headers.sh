#!/usr/bin/env bash
# Checks that every header compiles alone, twice in a row, with the flags of its part.
# Usage: scripts/check-headers.sh BUILD [ROOT]; BUILD holds compile_commands.json. Exits 1 when one does not compile.
set -euo pipefail
build=$(cd "${1:?usage: check-headers.sh BUILD [ROOT]}" && pwd)
cd "${2:-$(dirname "${BASH_SOURCE[0]}")/..}"

# part_command PART: the compiler and its flags for some file of the part, without the launcher, input and output.
part_command() {
  sed -n "s|^ *\"command\": \"\(.* -c $PWD/$1/.*\)\",\$|\1|;T;p;q" "$build/compile_commands.json" |
    sed 's| -o .*||; s|^[^ ]*ccache ||; s|\\"|"|g; s|\\\\|\\|g'
}

# Compiles $1 with the command $2, which is words for a shell as CMake writes them.
check_header() {
  printf '#include "%s"\n#include "%s"\n' "$1" "$1" | sh -c "$2 -fsyntax-only -I. -x c -" || {
    echo "$1: does not compile alone"
    return 1
  }
}
export -f check_header

for part in base media catalog transcoder server cli; do
  [ -d "$part" ] || continue
  command=$(part_command "$part")
  headers=$(find "$part" -name '*.h' | sort)
  [ -n "$headers" ] || continue
  [ -n "$command" ] || { echo "check-headers: $build knows no file of $part" >&2 && exit 2; }
  xargs -d '\n' -P "$(nproc)" -I{} bash -c 'check_header "$@"' check {} "$command" <<<"$headers" || failed=yes
done
[ -z "${failed:-}" ]
