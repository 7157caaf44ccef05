#!/usr/bin/env bash
# Checks sizes: files at most 800 lines, C functions at most 80. Usage: scripts/check-sizes.sh [ROOT]
# A function is counted from the line that ends in "{" at the outer level to its "}" in column one, which is how
# clang-format lays them out.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

find . \( -name build -o -name node_modules -o -name .git -o -path ./tests/golden \) -prune -o -type f \
  \( -name '*.[ch]' -o -name '*.ts' -o -name '*.js' -o -name '*.mjs' -o -name '*.css' -o -name '*.html' \
  -o -name '*.sh' -o -name '*.awk' -o -name '*.sql' -o -name '*.cmake' -o -name '*.md' \) -print0 | sort -z |
  xargs -0 -r awk '
    function check_file() {
      if (lines > 800) {
        printf "%s: %d lines, at most 800\n", file, lines
        bad = 1
      }
    }
    FNR == 1 { check_file(); file = FILENAME; is_inside = 0 }
    { lines = FNR }
    FILENAME ~ /\.[ch]$/ && !is_inside && /\) \{$/ && !/^[ \t]*(\/\/|\/?\*)/ { is_inside = 1; first = FNR }
    is_inside && /^\}/ {
      is_inside = 0
      if (FNR - first + 1 > 80) {
        printf "%s:%d: a function of %d lines, at most 80\n", FILENAME, first, FNR - first + 1
        bad = 1
      }
    }
    END { check_file(); exit bad }'
