#!/usr/bin/env bash
# Checks that every C file is formatted as .clang-format says. Usage: scripts/check-format.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"
command -v clang-format >/dev/null || { echo "check-format: clang-format is missing; apt-get install clang-format" >&2 && exit 2; }
find . \( -name build -o -name node_modules -o -name .git \) -prune -o -name '*.[ch]' -print0 | sort -z |
  xargs -0 -r clang-format --style=file --dry-run -Werror
