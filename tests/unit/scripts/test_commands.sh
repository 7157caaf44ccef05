#!/usr/bin/env bash
# Tests what ./run and ./check say before they do anything: help, wrong arguments, a port in use.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)

die() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

ask() { # ask COMMAND ARGUMENT...: sets output and status
  status=0
  output=$(cd / && "$root/$1" "${@:2}" 2>&1 </dev/null) || status=$?
}

test_help() {
  local command
  for command in run check .ci/run; do
    ask "$command" --help
    [ "$status" -eq 0 ] && [[ $output == *用法*Usage:* ]] || die "$command --help: $status $output"
  done
}

test_wrong_arguments() {
  local arguments
  for arguments in "--nonsense" "--port" "--port x" "--port 0" "--port 65536" "--port 08x" "--port=" "--data=" "extra"; do
    # shellcheck disable=SC2086 # several words on purpose
    ask run $arguments
    [ "$status" -eq 2 ] && [[ $output == *--help* ]] || die "run $arguments: $status $output"
  done
  ask check --nonsense
  [ "$status" -eq 2 ] || die "check --nonsense: $status $output"
}

test_port_in_use() {
  local port
  coproc LISTENER {
    exec perl -MIO::Socket::INET -e '
      my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die "$!";
      $| = 1;
      print $socket->sockport, "\n";
      sleep 60;'
  }
  read -r port <&"${LISTENER[0]}"
  ask run --port "$port"
  kill "$LISTENER_PID"
  [ "$status" -eq 1 ] && [[ $output == *"port $port is in use"* ]] || die "port in use: $status $output"
}

test_help
test_wrong_arguments
test_port_in_use
