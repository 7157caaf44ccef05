# shellcheck shell=bash
# The Debian 12 packages that ./run and ./check need, in one place, and how they are installed. To be sourced.
# Each line of a list: package|why. Node.js and npm are asked for by command, as other sources package them too.

packages_build() {
  cat <<'EOF'
build-essential|C compiler and libc headers
ca-certificates|npm downloads over https
cmake|build system
ninja-build|build system
pkg-config|finds the libraries
libglib2.0-dev|GLib, the base of every part
libavformat-dev|probing and CMAF files
libavcodec-dev|codec parameters
libavutil-dev|used by the two above
libavfilter-dev|deinterlacing, tone mapping, turning
libswscale-dev|scaling
libswresample-dev|resampling
libebur128-dev|loudness of sound
libx264-dev|the H.264 encoder
libmicrohttpd-dev|HTTP server
libgnutls28-dev|TLS certificates of the HTTP server, signatures of ID tokens
libcurl4-gnutls-dev|asks the OpenID provider
libsqlite3-dev|catalog
zlib1g-dev|checksums of the search index
libicu-dev|folding and sorting of Chinese in search
rime-data-pinyin-simp|words and their pinyin, built into search
libjansson-dev|JSON reading
libsodium-dev|argon2id for passwords, signatures of media addresses
libgupnp-1.6-dev|DLNA: discovery and control
libgupnp-av-1.0-dev|DLNA: descriptions of media
libseccomp-dev|walls around what reads outside files
EOF
}

packages_runtime() {
  cat <<'EOF'
libx264-164|the H.264 encoder
xlsx2csv|reads spreadsheets for kapok import
EOF
}

packages_sample() {
  cat <<'EOF'
ffmpeg|draws and encodes the sample lesson
espeak-ng|speaks the sample lesson
fontconfig|finds the Chinese font
fonts-noto-cjk|Chinese letters of the sample lesson
EOF
}

packages_test() {
  cat <<'EOF'
chromium|browser tests
python3-pyqt5.qtwebengine|the TV page in an engine of 2020
gstreamer1.0-tools|independent player for the output
gstreamer1.0-plugins-base|playback of that player
gstreamer1.0-plugins-good|HTTP and MP4 reading of that player
gstreamer1.0-plugins-bad|HLS and H.264 parsing of that player
gstreamer1.0-libav|decoders of that player
opencv-doc|real video clips
clang-format|format check
jq|reads API answers in tests
tstools|judges transport streams in tests
xmltv-util|reads the guide of channels in tests
sqlite3|reads the catalog in tests
curl|asks the server in tests
openssl|makes certificates for tests
python3-tuspy|uploads of another's client in tests
gir1.2-gupnp-1.6|a control point of the DLNA test
python3-gi|the same
minidlna|the peer of the DLNA test
iproute2|network namespaces of the DLNA test
procps|finds processes in the crash tests
psmisc|ends process trees in the crash tests
git|tests on a clean copy
fakeroot|installs the package in a scratch root
systemd|checks the units
EOF
}

# What plays in tests/integration/kodi.sh and view_clients.sh, which are no part of ./check.
packages_receivers() {
  cat <<'EOF'
kodi|a receiver for lessons, channels and DLNA
kodi-inputstream-adaptive|its player of DASH and HLS with fMP4
kodi-pvr-iptvsimple|its reader of channel lists and guides
pulseaudio|a sound sink for it that is nowhere
xvfb|a screen for it that is nowhere
mpv|plays every view
vlc-bin|plays every view
vlc-plugin-base|the codecs and HTTP of VLC
gir1.2-gstreamer-1.0|tells where GStreamer stands
python3-gi|the same
python3-pyqt5.qtwebkit|a browser without Media Source Extensions
EOF
}

packages_bench() {
  cat <<'EOF'
wrk|load for the delivery benchmark
nginx-light|the peer of the delivery benchmark
ffmpeg|the peer of the benchmarks; encodes their sources
x264|bare encodes: the floor
sqlite3|reads the plan of a lesson
espeak-ng|speaks in the sources
opencv-doc|real video clips
lomiri-wallpapers-20.04|photographs
packaging-tutorial|slides in Chinese
bzip2-doc|a manual to scroll through
poppler-utils|renders slides and manual
poppler-data|their Chinese letters
groonga-bin|peer of the search benchmark
postgresql|peer of the search benchmark
EOF
}

packages_fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  shift
  [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
  exit 1
}

# packages_missing LIST...: the lines of the lists whose package is not installed.
packages_missing() {
  local list line installed
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
  for list; do "packages_$list"; done | while IFS= read -r line; do
    grep -qxF "${line%%|*}" <<<"$installed" || printf '%s\n' "$line"
  done
  command -v node >/dev/null || echo 'nodejs|builds the pages'
  command -v npm >/dev/null || echo 'npm|fetches what the pages are built with'
}

packages_as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

packages_apt() {
  packages_as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -o DPkg::Lock::Timeout=120 -q "$@" \
    </dev/null >>"$packages_log" 2>&1
}

# What apt can say about why: the names it does not know, else its last lines.
packages_explain_failure() {
  local name unknown=""
  for name; do
    LC_ALL=C apt-cache policy "$name" 2>/dev/null | grep -q 'Candidate: [^(]' || unknown+=" $name"
  done
  if [ -n "$unknown" ]; then
    echo "apt 找不到 · apt finds no package$unknown"
    echo "请检查网络和软件源 · Is the network up, and is Debian 12 in /etc/apt/sources.list?"
  else
    grep -E '^(E|W|Err)[: ]' "$packages_log" | tail -n 5
  fi
}

# packages_require LIST...: installs what is missing of the lists, after one line that says what and why.
packages_require() {
  command -v dpkg-query >/dev/null || packages_fail "这里不是 Debian：没有 dpkg · This is not Debian: dpkg is missing" \
    "The packages needed are named in scripts/packages.sh; with their like installed: cmake --preset release"
  local missing names by_hand
  missing=$(packages_missing "$@")
  [ -n "$missing" ] || return 0
  mapfile -t names < <(cut -d'|' -f1 <<<"$missing")
  by_hand="手动安装 · By hand, as root: apt-get update && apt-get install --no-install-recommends ${names[*]}"
  echo "正在安装 ${#names[@]} 个软件包 · Installing: $(sed 's/|\(.*\)/ (\1)/' <<<"$missing" | paste -sd';' | sed 's/;/; /g')"
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    packages_fail "缺少软件包，且没有 root 权限或 sudo · Packages are missing, and there is no root or sudo" "$by_hand"
  fi
  packages_log=$(mktemp)
  packages_apt install -y --no-install-recommends "${names[@]}" || {
    packages_apt update
    packages_apt install -y --no-install-recommends "${names[@]}"
  } || packages_fail "软件包安装失败 · Could not install: ${names[*]}" "$(packages_explain_failure "${names[@]}")" \
    "$by_hand" "apt 的日志 · The log of apt: $packages_log"
  rm -f "$packages_log"
}
