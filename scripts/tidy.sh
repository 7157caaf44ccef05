#!/usr/bin/env bash
# Runs clang-tidy over the sources with the checks of .clang-tidy. A command of its own: it takes minutes.
# Usage: scripts/tidy.sh [BUILD] [FILE...]; BUILD holds compile_commands.json (default build/asan-ubsan), the files
# default to every C file of the parts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v clang-tidy >/dev/null || { echo "tidy: clang-tidy is missing; apt-get install clang-tidy" >&2 && exit 2; }
build=${1:-build/asan-ubsan}
[ -f "$build/compile_commands.json" ] || { echo "tidy: no compile_commands.json in $build; build it first" >&2 && exit 2; }
files=("${@:2}")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(find base media catalog transcoder server cli -name '*.c' | sort)
printf '%s\0' "${files[@]}" |
  xargs -0 -n 4 -P "$(nproc)" clang-tidy -p "$build" --quiet --warnings-as-errors='*' 2> >(grep -v 'warnings generated' >&2)
