#!/usr/bin/env bash
# Tests scripts/build.sh on a small project: a build that works is quiet, one that fails says what failed and where
# the log is.
set -euo pipefail
source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT

die() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

build() { # build PRESET: sets output and status
  status=0
  output=$(root=$project bash -c "set -euo pipefail
    . '$source_root/scripts/packages.sh'
    . '$source_root/scripts/build.sh'
    build_preset $1
    echo after" 2>&1 </dev/null) || status=$?
}

cp "$source_root/CMakePresets.json" "$project/"
printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(small LANGUAGES C)' 'add_executable(small small.c)' \
  >"$project/CMakeLists.txt"
echo 'int main(void) { return 0; }' >"$project/small.c"
build dev
[ "$status" -eq 0 ] && [[ $output == *"Building preset dev"*after ]] || die "first build: $status $output"
[ -x "$project/build/dev/small" ] || die "no program"
build dev
[ "$status" -eq 0 ] && [ "$output" = after ] || die "second build: $status $output"

echo 'int main(void) { return nothing; }' >"$project/small.c"
build dev
[ "$status" -eq 1 ] || die "status of a failure: $status"
[[ $output == *"preset dev failed"*nothing*undeclared*"$project/build/dev/build.log"* ]] || die "$output"
[[ $output != *after ]] || die "went on after a failure"

echo 'nonsense(' >"$project/CMakeLists.txt"
build release
[ "$status" -eq 1 ] && [[ $output == *"preset release failed"* ]] || die "configuring: $status $output"
