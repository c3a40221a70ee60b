#!/usr/bin/env bash
# Records the captures of this folder anew, as root: two network namespaces of its own without a way out, ordinary programs on
# either side, tcpdump between them. Takes some two minutes; everything it makes is gone afterwards.
#   record.sh [NAME...]      all ten, or those named
set -euo pipefail
cd "$(dirname "$0")"

clients="wwc-$$"
servers="wws-$$"
started=()
cleanup() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  ip netns delete "$clients" 2>/dev/null || true
  ip netns delete "$servers" 2>/dev/null || true
}
trap cleanup EXIT

ip netns add "$clients"
ip netns add "$servers"
ip -n "$clients" link add outside address 02:00:5e:50:00:0a type veth peer name inside address 02:00:5e:50:00:01 netns "$servers"
for address in 10 11 12 13 14; do ip -n "$clients" address add "10.66.0.$address/24" dev outside; done
ip -n "$servers" address add 10.66.0.1/24 dev inside
for side in "$clients outside" "$servers inside"; do
  set -- $side "$@"
  ip -n "$1" link set lo up
  ip -n "$1" link set "$2" up
  shift 2
done
# Limited broadcast, for DHCP, is sent where a route says.
ip -n "$clients" route add 255.255.255.255/32 dev outside
# Servers live in the lower half of 198.18.0.0/24; the upper half is dark.
ip -n "$clients" route add 198.18.0.0/24 via 10.66.0.1
for address in 10 20 21 22 23 24 30 40 50; do ip -n "$servers" address add "198.18.0.$address/32" dev lo; done
ip netns exec "$servers" sysctl -qw net.ipv4.ip_forward=1
ip -n "$servers" route add blackhole 198.18.0.0/24

record() {
  local name=$1
  ip netns exec "$servers" tcpdump -Z root -i inside -s 160 -U -w "$name.pcap" ip or arp 2>/dev/null &
  local tcpdump=$!
  ip netns exec "$servers" timeout 90 node traffic.mjs serve "$name" &
  local server=$!
  started+=("$tcpdump" "$server")
  if [ "$name" = dns ] || [ "$name" = dhcp ]; then
    ip netns exec "$servers" timeout 90 dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --no-ping \
      --pid-file= --user=root --bind-dynamic --listen-address=198.18.0.10,10.66.0.1 --address=/example/198.18.0.20 \
      --dhcp-range=10.66.0.100,10.66.0.150,1h --dhcp-leasefile=/dev/null --log-facility=/dev/null &
    started+=("$!")
    local dnsmasq=$!
  fi
  sleep 1.5
  ip netns exec "$clients" timeout 80 node traffic.mjs call "$name"
  sleep 0.5
  kill "$server" ${dnsmasq:+"$dnsmasq"} 2>/dev/null || true
  kill -INT "$tcpdump"
  wait "$tcpdump" "$server" 2>/dev/null || true
}

names=("$@")
[ "${#names[@]}" -gt 0 ] || names=(dns web p2p backup monitoring ntp ssh mail ping-sweep dhcp)
for name in "${names[@]}"; do
  record "$name"
  echo "$name: $(tcpdump -r "$name.pcap" 2>/dev/null | wc -l) packets"
done
