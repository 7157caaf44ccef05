#!/usr/bin/env bash
# Checks the Markdown files: links to files of the project lead somewhere, and no text names a path of somebody's own
# machine. Usage: scripts/check-docs.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"
bad=0

complain() {
  echo "$1"
  bad=1
}

check_links() {
  local file=$1 line target
  while IFS=: read -r line target; do
    target=${target#"]("}
    target=${target%")"}
    target=${target%%[# ]*}
    case "$target" in
    "" | http://* | https://* | mailto:*) continue ;;
    esac
    [ -e "$(dirname "$file")/$target" ] || complain "$file:$line: the link $target leads nowhere"
  done < <(grep -no ']([^)]*)' "$file")
}

check_paths() {
  local line
  while IFS= read -r line; do
    complain "$1:${line%%:*}: a path of somebody's own machine"
  done < <(grep -nE '(^|[^[:alnum:]/._-])(/home/[a-z]|/root/)' "$1" || true; grep -nF -- "$PWD/" "$1" || true)
}

while IFS= read -r -d '' file; do
  check_links "$file"
  check_paths "$file"
done < <(find . \( -name build -o -name node_modules -o -name .git \) -prune -o -name '*.md' -print0 | sort -z)
exit "$bad"
