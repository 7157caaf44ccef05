#!/usr/bin/env bash
# The Debian package, made of the programs that are built, in a scratch root: installed, upgraded, removed, purged. And the
# units that are in it.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

BUILD=$(cd "$KAPOK_BIN/.." && pwd)
[ -e "$BUILD/CPackConfig.cmake" ] || die "$BUILD has no CPackConfig.cmake: configure it"
for program in cpack dpkg dpkg-deb fakeroot systemd-analyze; do
  command -v "$program" >/dev/null || die "the program $program is needed by this test"
done
ROOT=$WORK/root
mkdir -p "$ROOT/var/lib/dpkg" "$ROOT/etc"
touch "$ROOT/var/lib/dpkg/status" "$ROOT/etc/passwd" "$ROOT/etc/group"
export DEBIAN_FRONTEND=noninteractive

# dpkg in the scratch root: what the package depends on is not there, and its scripts are not run in a chroot.
in_root() {
  fakeroot -i "$WORK/owners" -s "$WORK/owners" dpkg --root="$ROOT" --force-depends --force-script-chrootless --force-confold \
    --log="$WORK/dpkg.log" "$@" >>"$WORK/dpkg.out" 2>&1 </dev/null || { cat "$WORK/dpkg.out" && die "dpkg $*"; }
}
touch "$WORK/owners"
there() { if [ -e "$ROOT/$1" ]; then echo yes; else echo no; fi; }
state() { fakeroot dpkg-query --admindir="$ROOT/var/lib/dpkg" -W -f '${db:Status-Abbrev}${Version}' kapok 2>/dev/null || echo none; }

(cd "$WORK" && cpack --config "$BUILD/CPackConfig.cmake" -B "$WORK/made" -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip) >"$WORK/cpack.out" 2>&1 ||
  { cat "$WORK/cpack.out" && die "cpack"; }
DEB=$(ls "$WORK"/made/kapok_*.deb)
needs=$(dpkg-deb -f "$DEB" Depends)
for library in libmicrohttpd libavformat libx264 libsqlite3 libgnutls libglib2.0; do has "it depends on $library" "$needs" "$library"; done

in_root -i "$DEB"
VERSION=$(dpkg-deb -f "$DEB" Version)
is "installed" "$(state)" "ii $VERSION"
is "the user is made" "$(grep -c '^kapok:' "$ROOT/etc/passwd")" 1
is "the data folder is for nobody else" "$(stat -c %a "$ROOT/var/lib/kapok")" 750
is "its programs run" "$("$ROOT/usr/bin/kapok" --version)" "kapok $VERSION"
is "its pages are there" "$(there usr/share/kapok/web/home.html)" yes
"$ROOT/usr/bin/kapok" division load --data "$ROOT/var/lib/kapok" "$ROOT/usr/share/kapok/divisions-panzhihua.csv" >"$WORK/out" 2>&1 &&
  ok "its catalog can be made" || wrong "its catalog cannot be made: $(cat "$WORK/out")"

# A later version with another default config; the operator has changed his.
dpkg-deb -R "$DEB" "$WORK/later" && sed -i "s/^Version: .*/Version: 99.0/" "$WORK/later/DEBIAN/control"
echo '# new' >>"$WORK/later/etc/kapok/kapok.conf"
fakeroot dpkg-deb -Zgzip -b "$WORK/later" "$WORK/later.deb" >/dev/null
echo 'listen = 127.0.0.1:8080' >"$ROOT/etc/kapok/kapok.conf"
in_root -i "$WORK/later.deb"
is "upgraded" "$(state)" "ii 99.0"
is "the operator's config stays" "$(cat "$ROOT/etc/kapok/kapok.conf")" "listen = 127.0.0.1:8080"
is "the catalog stays" "$(there var/lib/kapok/catalog.sqlite3)" yes

in_root -r kapok
is "removed" "$(state)" "rc 99.0"
is "programs are gone" "$(there usr/bin/kapok)" no
is "lessons and catalog stay when it is removed" "$(there var/lib/kapok/catalog.sqlite3)" yes
is "the config stays when it is removed" "$(there etc/kapok/kapok.conf)" yes
in_root -P kapok
is "purged: the config is gone" "$(there etc/kapok)" no
is "purged, nobody asked: lessons and catalog stay" "$(there var/lib/kapok/catalog.sqlite3)" yes
in_root -i "$DEB"
is "installed again on the old data" "$(there var/lib/kapok/catalog.sqlite3)" yes
KAPOK_PURGE_DATA=yes in_root -P kapok
is "purged with the data" "$(cd "$ROOT" && find . -path ./var/lib/dpkg -prune -o -iname '*kapok*' -print)" ""

# The units: in order, and hardened (0 is best, 10 worst).
sed "s#^ExecStart=/usr#ExecStart=$KAPOK_BIN/..#; s#/bin/\.\./bin/#/bin/#" "$KAPOK_SOURCE/config/systemd/kapok.service" >"$WORK/kapok.service"
cp "$KAPOK_SOURCE"/config/systemd/*.socket "$WORK/"
sed -i "s#=$KAPOK_BIN/../bin/#=$KAPOK_BIN/#; s#^ExecReload=/usr/bin/#ExecReload=$KAPOK_BIN/#" "$WORK/kapok.service"
is "systemd-analyze finds nothing in the units" "$(systemd-analyze verify --man=no "$WORK/kapok.service" "$WORK/kapok.socket" "$WORK/kapok-tls.socket" 2>&1 | grep -F kapok || true)" ""
exposure=$(systemd-analyze security --offline=true --no-pager "$WORK/kapok.service" | grep -o 'kapok.service: [0-9.]*' | cut -d' ' -f2)
note "exposure $exposure"
[ "$(printf '%s\n' "$exposure" 1.5 | sort -g | tail -1)" = 1.5 ] && ok "the service is hardened" || wrong "exposure $exposure, at most 1.5 is wanted"
finish
