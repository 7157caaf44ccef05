#!/usr/bin/env bash
# Checks the include rules of docs/architecture.md: which part may include which, and which part alone may use a
# library. Usage: scripts/check-layers.sh [ROOT]; prints each offending file:line, exits 1 when there is one.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

# shellcheck disable=SC2016 # awk, not shell
readonly RULES='
BEGIN {
  allowed["base"] = "base"
  allowed["media"] = "media base"
  allowed["catalog"] = "catalog media base"
  allowed["transcoder"] = "transcoder catalog media base"
  allowed["server"] = "server catalog media base"
  allowed["dlna"] = "dlna catalog media base"
  allowed["cli"] = "cli catalog base"
  # Folders that alone may include the headers whose names begin so.
  owner["sqlite3"] = "catalog/"
  owner["unicode/"] = "catalog/search/"
  owner["gst/"] = "transcoder/"
  owner["microhttpd"] = "server/"
  owner["libgupnp"] = "dlna/"
  owner["libgssdp"] = "dlna/"
  owner["libsoup"] = "dlna/"
  owner["libxml"] = "dlna/"
  owner["libav"] = "transcoder/ media/view/"
  owner["libsw"] = "transcoder/ media/view/"
}

function complain(why) {
  printf "%s:%d: %s: %s\n", FILENAME, FNR, why, $0
  bad = 1
}

function has_word(list, word) {
  return index(" " list " ", " " word " ") > 0
}

# True when the file lies in one of the folders.
function lies_in(folders,   count, i, names) {
  count = split(folders, names, " ")
  for (i = 1; i <= count; i++)
    if (index(FILENAME, names[i]) == 1)
      return 1
  return 0
}

/^[ \t]*#[ \t]*include[ \t]/ {
  part = FILENAME
  sub("/.*", "", part)
  header = $0
  sub(/^[^"<]*/, "", header)
  is_own = substr(header, 1, 1) == "\""
  sub(/[">][^">]*$/, "", header)
  header = substr(header, 2)
  other = header
  sub("/.*", "", other)
  if (is_own && index(header, "/") == 0)
    complain("write the path from the root of the project")
  else if (is_own && !has_word(allowed[part], other))
    complain(part " may not include " other)
  # The front writes answers out; what they are, others know.
  else if (is_own && index(FILENAME, "server/http/front/") == 1 && index(header, "server/http/") != 1 && other != "base")
    complain("the front may include server/http/ and base only")
  for (prefix in owner)
    if (!is_own && index(header, prefix) == 1 && !lies_in(owner[prefix]))
      complain("only " owner[prefix] " may use this library")
}

END { exit bad }
'

parts=()
for part in base media catalog transcoder server dlna cli; do
  [ ! -d "$part" ] || parts+=("$part")
done
[ ${#parts[@]} -gt 0 ] || { echo "check-layers: no part of Kapok in $PWD" >&2 && exit 2; }
find "${parts[@]}" -name '*.[ch]' -print0 | sort -z | xargs -0 awk "$RULES"
