# shellcheck shell=bash
# Building a CMake preset, for ./run and ./check. To be sourced, after packages.sh, with `root` set and pipefail on.
: "${root:?}"

build_folder() { # build_folder PRESET: where CMakePresets.json puts it
  case "$1" in
  release) echo "$root/build" ;;
  *) echo "$root/build/$1" ;;
  esac
}

# On a terminal: how far ninja is, on one line. The log has the rest.
build_progress() {
  if [ -t 1 ]; then
    sed -nu 's/^\(\[[0-9]*\/[0-9]*\]\).*/\1/p' | while IFS= read -r step; do printf '\r%s\033[K' "$step"; done
    printf '\r\033[K'
  else
    cat >/dev/null
  fi
}

# build_preset PRESET: configures once (ninja does it again by itself when needed) and builds what changed.
# A failure shows the messages and the end of the log.
build_preset() {
  local preset=$1 folder log
  folder=$(build_folder "$preset")
  log="$folder/build.log"
  mkdir -p "$folder"
  [ -f "$folder/build.ninja" ] || echo "正在编译，需要几分钟 · Building preset $preset, this takes a few minutes"
  (
    cd "$root" && export LC_ALL=C.UTF-8 || exit 1
    [ -f "$folder/build.ninja" ] || cmake --preset "$preset" || exit 1
    cmake --build --preset "$preset"
  ) </dev/null 2>&1 | tee "$log" | build_progress || packages_fail "编译失败 · The build of preset $preset failed" \
    "$(grep -nE 'FAILED:|error:|Error at' "$log" | head -n 20)" "$(tail -n 25 "$log")" \
    "全部日志 · The whole log: $log"
}
