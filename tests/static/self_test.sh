#!/usr/bin/env bash
# Tests the static checks themselves: each accepts a good tree and complains about a bad one.
# Usage: self_test.sh NAME, where NAME is layers, headers, format, sizes or docs.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../scripts" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

write() { # write FILE LINE...
  local file="$tree/$1"
  mkdir -p "$(dirname "$file")"
  shift
  printf '%s\n' "$@" >"$file"
}

die() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

accepts() { # accepts WHAT COMMAND...
  local what=$1 output
  shift
  output=$("$@" 2>&1) || die "$what: should pass, but: $output"
}

complains() { # complains TEXT COMMAND...: it fails, and what it prints holds TEXT
  local text=$1 output
  shift
  ! output=$("$@" 2>&1) || die "should complain: $text"
  grep -qF -- "$text" <<<"$output" || die "wants '$text', got: $output"
}

repeat() { # repeat COUNT LINE
  local i
  for ((i = 0; i < $1; i++)); do echo "$2"; done
}

test_layers() {
  local check="$scripts/check-layers.sh"
  write base/log.h '#include <glib.h>'
  write media/view/ts.c '#include "media/view/ts.h"' '#include <libavformat/avformat.h>'
  write catalog/catalog.c '#include "base/log.h"' '#include <sqlite3.h>'
  write transcoder/encode.c '#include "catalog/job.h"' '#include <gst/gst.h>' '#include <libswscale/swscale.h>'
  write server/http/router.c '#include "media/hls.h"' '#include <microhttpd.h>'
  write cli/main.c '#include "catalog/job.h"'
  accepts "a tidy tree" "$check" "$tree"
  local bad
  for bad in 'base/x.c:"media/a.h"' 'media/x.c:"catalog/a.h"' 'catalog/x.c:"server/a.h"' 'server/x.c:"transcoder/a.h"' \
    'transcoder/x.c:"server/a.h"' 'cli/x.c:"server/a.h"' 'cli/x.c:"media/a.h"' 'server/http/x.h:"router.h"' \
    'server/x.c:<sqlite3.h>' 'server/x.c:<gst/gst.h>' 'cli/x.c:<microhttpd.h>' 'server/x.c:<libavformat/avformat.h>' \
    'media/x.c:<libavutil/avutil.h>' 'base/x.c:<libswscale/swscale.h>'; do
    write "${bad%%:*}" '// first line' "#  include ${bad#*:}"
    complains "${bad%%:*}:2:" "$check" "$tree"
    rm "$tree/${bad%%:*}"
  done
}

test_headers() {
  local check="$scripts/check-headers.sh"
  write base/good.c '#include "base/good.h"'
  write base/good.h '#pragma once' '#include <stdbool.h>' 'bool good(void);'
  write build/compile_commands.json '[' '{' "  \"directory\": \"$tree\"," \
    "  \"command\": \"cc -DTEXT=\\\\\\\"a\\\\\\\" -Wall -Werror -o good.o -c $tree/base/good.c\"," '}' ']'
  accepts "a header that stands alone" "$check" "$tree/build" "$tree"
  write base/define.h '#pragma once' 'static inline const char *define(void) { return TEXT; }'
  accepts "a header that uses a definition of the command line" "$check" "$tree/build" "$tree"
  write base/alone.h '#pragma once' 'bool alone(void);'
  complains "base/alone.h: does not compile alone" "$check" "$tree/build" "$tree"
  write base/alone.h 'typedef struct { int a; } Twice;'
  complains "base/alone.h: does not compile alone" "$check" "$tree/build" "$tree"
}

test_format() {
  local check="$scripts/check-format.sh"
  cp "$scripts/../.clang-format" "$tree/"
  write base/a.c 'int a(void) {' '  return 1;' '}'
  accepts "a formatted file" "$check" "$tree"
  write base/b.c 'int b( void ){return 1 ;}'
  complains "base/b.c" "$check" "$tree"
}

test_sizes() {
  local check="$scripts/check-sizes.sh"
  write base/a.c 'static const int table[] = {' "$(repeat 200 '  1,')" '};' '' 'int a(int x) {' "$(repeat 78 '  x++;')" '}'
  write tests/golden/long.md "$(repeat 900 line)"
  accepts "a function of 80 lines, a long table" "$check" "$tree"
  write base/b.c 'int b(int x,' '      int y) {' "$(repeat 79 '  x++;')" '}'
  complains "base/b.c:2: a function of 81 lines" "$check" "$tree"
  rm "$tree/base/b.c"
  write player-web/src/a.ts "$(repeat 801 '//')"
  complains "player-web/src/a.ts: 801 lines" "$check" "$tree"
}

test_docs() {
  local check="$scripts/check-docs.sh"
  write docs/a.md '[home](../README.md#top) and [site](https://example.org/) and `/var/lib/kapok/x`'
  write README.md '[a](docs/a.md), [folder](docs)'
  accepts "links that lead somewhere" "$check" "$tree"
  write docs/b.md 'one' '[lost](lost.md)'
  complains "docs/b.md:2: the link lost.md leads nowhere" "$check" "$tree"
  write docs/b.md "see $tree/build"
  complains "docs/b.md:1: a path of somebody's own machine" "$check" "$tree"
  write docs/b.md 'see /home/''li/kapok'
  complains "docs/b.md:1: a path of somebody's own machine" "$check" "$tree"
}

"test_${1:?name of a check}"
