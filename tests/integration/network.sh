# To be sourced before lib.sh, by tests of what finds others by multicast: the test goes on in a network namespace of its own,
# the server's. start_network makes another one, the television's, where `tv COMMAND...` runs.

if [ -z "${KAPOK_NETWORK_INSIDE:-}" ]; then
  export KAPOK_NETWORK_INSIDE=1
  for way in "--user --map-root-user --net" "--net"; do
    # shellcheck disable=SC2086 # words
    if unshare $way true 2>/dev/null; then exec unshare $way bash "$0" "$@"; fi
  done
  echo "skipped: no network namespace can be made here"
  exit 77
fi

SERVER_ADDRESS=10.99.0.1
TV_PID=

tv() { nsenter --target "$TV_PID" --net "$@"; }

other_namespace() { [ "$(readlink /proc/"$TV_PID"/ns/net)" != "$(readlink /proc/self/ns/net)" ] && echo yes || echo no; }

# start_network SECONDS: which end after that time at the latest. The test ends process $TV_PID at its end.
start_network() {
  ip link set lo up
  unshare --net sleep "$1" &
  TV_PID=$!
  becomes "the television has a namespace of its own" yes other_namespace
  ip link add kapok-s type veth peer name kapok-t netns "$TV_PID"
  ip addr add "$SERVER_ADDRESS/24" dev kapok-s
  ip link set kapok-s up
  ip route add 239.0.0.0/8 dev kapok-s
  tv ip link set lo up
  tv ip addr add 10.99.0.2/24 dev kapok-t
  tv ip link set kapok-t up
  tv ip route add 239.0.0.0/8 dev kapok-t
}
