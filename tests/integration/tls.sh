#!/usr/bin/env bash
# HTTPS: certificate and key, their replacement while running, what is spoken, HSTS, the port without TLS.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v openssl >/dev/null || die "the program openssl is needed by this test"

# make_certificate NAME: NAME.crt and NAME.key in $WORK, for localhost.
make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$WORK/$1.key" -out "$WORK/$1.crt" 2>"$WORK/openssl.log"
}

# The subject of the certificate that is shown now.
shown() {
  openssl s_client -connect "127.0.0.1:$TLS_PORT" -servername localhost </dev/null 2>/dev/null |
    openssl x509 -noout -subject | sed 's/.*CN *= *//'
}

tls_get() { curl -sS --max-time 10 --cacert "$WORK/shown.crt" "$@"; }

make_certificate first
make_certificate second
make_certificate stranger
cp "$WORK/first.crt" "$WORK/shown.crt"
cp "$WORK/first.key" "$WORK/shown.key"
mkdir -p "$WORK/web/assets"
head -c 3000000 /dev/urandom >"$WORK/web/assets/large.bin"
head -c 20000 /dev/zero | tr '\0' 'x' >"$WORK/web/home.html"

TLS_PORT=$(free_port)
start_serve --workers 1 --web "$WORK/web" --tls-listen "127.0.0.1:$TLS_PORT" --tls-certificate "$WORK/shown.crt" \
  --tls-key "$WORK/shown.key" --hsts 1d --plain-http redirect
HTTPS=https://localhost:$TLS_PORT

is "health over HTTPS" "$(tls_get -o /dev/null -w '%{http_code}' "$HTTPS/healthz")" 200
for i in 1 2; do # made for one request, then shared
  tls_get -o "$WORK/large" -D "$WORK/head" "$HTTPS/assets/large.bin"
  cmp -s "$WORK/large" "$WORK/web/assets/large.bin" && ok "3 MB over HTTPS ($i)" || wrong "3 MB over HTTPS ($i)"
  has "HSTS ($i)" "$(tr -d '\r' <"$WORK/head")" "Strict-Transport-Security: max-age=86400"
done
is "a range over HTTPS" "$(tls_get -r 5-9 "$HTTPS/assets/large.bin" | cmp - <(tail -c +6 "$WORK/web/assets/large.bin" | head -c 5) && echo same)" same

for version in 1.2 1.3; do
  is "TLS $version" "$(tls_get "--tlsv$version" --tls-max "$version" -o /dev/null -w '%{http_code}' "$HTTPS/")" 200
done
if tls_get --tlsv1.0 --tls-max 1.1 --ciphers 'DEFAULT@SECLEVEL=0' -o /dev/null "$HTTPS/" 2>/dev/null; then
  wrong "TLS 1.1 is spoken"
else
  ok "TLS 1.1 is not spoken"
fi

# Without TLS: pages lead on, health stays, media stays (here: of a lesson that is not there).
is "a page without TLS leads to HTTPS" "$(curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' "http://localhost:$PORT/?a=b")" "308 $HTTPS/?a=b"
is "health without TLS" "$(curl -sS -o /dev/null -w '%{http_code}' "$BASE/healthz")" 200
is "media without TLS" "$(curl -sS -o /dev/null -w '%{http_code}' "$BASE/media/0000000000000/master.m3u8")" 404
is "no HSTS without TLS" "$(curl -sSI "$BASE/healthz" | grep -ci strict-transport || true)" 0

# Another certificate, while the server runs.
is "the certificate" "$(shown)" first
cp "$WORK/second.key" "$WORK/shown.key" && cp "$WORK/second.crt" "$WORK/shown.crt"
for _ in $(seq 50); do [ "$(shown)" = second ] && break || sleep 0.2; done
is "the certificate after its files changed" "$(shown)" second
cp "$WORK/stranger.crt" "$WORK/shown.crt" # its key stays the other's
sleep 2.5
is "a certificate without its key is not taken" "$(shown)" second
log_has "and the log says so" "the TLS certificate stays as it was"
echo nonsense >"$WORK/shown.crt"
sleep 2.5
is "nonsense is not taken" "$(shown)" second

stop_serve
is "the end" "$SERVE_STATUS" 0
refused=$("$KAPOK_BIN/kapok-server" --data "$DATA" --listen 127.0.0.1:0 --tls-listen 127.0.0.1:0 \
  --tls-certificate "$WORK/shown.crt" --tls-key "$WORK/shown.key" 2>&1 || true)
has "a start with nonsense names the file" "$refused" "$WORK/shown.crt"
refused=$("$KAPOK_BIN/kapok-server" --data "$DATA" --tls-listen 127.0.0.1:0 2>&1 || true)
has "a start without certificate says what is missing" "$refused" "tls-listen needs tls-certificate and tls-key"
finish
