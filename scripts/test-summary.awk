# Reads what `ctest --output-junit` wrote: lists the skipped tests with their last line of output, then prints
# "N passed, N failed". A test that could not be started counts as failed, as in ctest's own summary.
function attribute(line, name) {
  if (!match(line, " " name "=\"[^\"]*\""))
    return ""
  return substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
}

/^[ \t]*<testcase / {
  name = attribute($0, "name")
  status = attribute($0, "status")
  is_skipped = is_output = 0
  passed += status == "run"
  failed += status != "run" && status != "notrun" && status != "disabled"
}

status == "notrun" && /^[ \t]*<skipped / {
  is_skipped = attribute($0, "message") ~ /^SKIP_/
  failed += !is_skipped
  reason = ""
}

is_skipped && /^[ \t]*<system-out>/ {
  is_output = 1
  sub(/^[ \t]*<system-out>/, "")
}

is_output {
  is_last = sub(/<\/system-out>.*/, "")
  if ($0 != "")
    reason = $0
  if (is_last) {
    is_output = 0
    skipped[++count] = "  " name ": " reason
  }
}

END {
  if (count > 0)
    print "跳过的测试 · Skipped:"
  for (i = 1; i <= count; i++)
    print skipped[i]
  printf "%d passed, %d failed\n", passed, failed
}
