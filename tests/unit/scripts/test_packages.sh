#!/usr/bin/env bash
# Tests scripts/packages.sh with stand-ins for dpkg-query, apt-get, apt-cache and npm: only what is missing is
# installed, and a failure says what is missing and how to install it by hand.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../scripts" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

stand_in() { # stand_in NAME LINE...: a program of that name
  local file="$stage/bin/$1"
  shift
  printf '%s\n' '#!/bin/bash' "$@" >"$file"
  chmod +x "$file"
}

mkdir "$stage/bin"
stand_in dpkg-query "cat '$stage/installed'"
stand_in apt-get "echo \"\$*\" >>'$stage/apt-calls'; exit \$(cat '$stage/apt-status')"
stand_in apt-cache "echo '  Candidate: 1.0'"
stand_in sudo 'while [[ $1 == -* ]]; do shift; done; exec "$@"'
stand_in node 'exit 0'
stand_in npm 'exit 0'

die() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# require: runs packages_require over two lists; sets output and status.
require() {
  rm -f "$stage/apt-calls"
  status=0
  output=$(PATH="$stage/bin:$PATH" bash -c ". '$scripts/packages.sh' && packages_require build runtime" 2>&1 </dev/null) ||
    status=$?
}

has_installed() { # has_installed: all packages of the two lists, but those named
  local lost
  bash -c ". '$scripts/packages.sh' && packages_build && packages_runtime" | cut -d'|' -f1 | sed 's/^/installed /' \
    >"$stage/installed"
  for lost; do sed -i "/ $lost\$/d" "$stage/installed"; done
}

test_lists() {
  local line
  while IFS= read -r line; do
    [[ $line =~ ^[a-z0-9][a-z0-9+.-]+\|[^\|]+$ ]] || die "not package|why: $line"
  done < <(bash -c ". '$scripts/packages.sh' && packages_build && packages_runtime && packages_sample && packages_test")
}

test_nothing_missing() {
  has_installed
  require
  [ "$status" -eq 0 ] && [ -z "$output" ] || die "should be silent: $output"
  [ ! -e "$stage/apt-calls" ] || die "apt-get was called"
}

test_installs_only_what_is_missing() {
  has_installed cmake libjansson-dev
  require
  [ "$status" -eq 0 ] || die "status $status: $output"
  grep -q 'install -y --no-install-recommends cmake libjansson-dev$' "$stage/apt-calls" || die "$(cat "$stage/apt-calls")"
  [ "$(wc -l <<<"$output")" -eq 1 ] || die "more than one line: $output"
  [[ $output == *"cmake (build system); libjansson-dev ("* ]] || die "does not say why: $output"
}

test_removed_package_counts_as_missing() {
  has_installed cmake
  echo 'config-files cmake' >>"$stage/installed"
  require
  grep -q ' cmake$' "$stage/apt-calls" || die "cmake was not asked for"
}

test_failure_explains() {
  has_installed cmake
  echo 100 >"$stage/apt-status"
  require
  [ "$status" -eq 1 ] || die "status $status"
  [[ $output == *"Could not install: cmake"*"apt-get install --no-install-recommends cmake"* ]] || die "$output"
  [ "$(grep -c ' update$' "$stage/apt-calls")" -eq 1 ] || die "did not refresh the lists once"
  stand_in apt-cache 'echo "  Candidate: (none)"'
  require
  [[ $output == *"apt finds no package cmake"* ]] || die "$output"
}

echo 0 >"$stage/apt-status"
test_lists
test_nothing_missing
test_installs_only_what_is_missing
test_removed_package_counts_as_missing
test_failure_explains
