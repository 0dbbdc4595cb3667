#!/usr/bin/env bash
# Several Docker hosts on one Linux machine, for tests:
#
#   machines.sh up LAB SUBNET N    hosts 1..N, kept in folder LAB, with addresses SUBNET.11, SUBNET.12, ...
#   machines.sh boot LAB I         starts host I again after a power cut
#   machines.sh cut LAB I          power cut: everything on host I is gone at once, its disk stays
#   machines.sh unplug LAB I       the network cable of host I is out; plug: in again
#   machines.sh down LAB           removes the hosts and everything that `up` made
#
# A host is a set of network, mount, process, host name and IPC namespaces with a Docker engine and an SSH server of
# its own. Its engine listens on LAB/h<I>/docker.sock, and with TLS on port 2376. LAB/bin has an `ssh` that knows the
# hosts; LAB/tls has what a client of the engines needs.
# Needs root, docker.io, iproute2, iptables, util-linux, openssl, openssh-server.
set -euo pipefail

self=$(realpath "$0")
action=$1
lab=$2

# Names in the machine's own namespaces are those of the subnet, so that two labs can stand side by side
read_lab() {
    subnet=$(cat "$lab/subnet")
    tag=cdc$(cut -d. -f3 <<<"$subnet")
    bridge=${tag}br
}

address_of() { echo "$subnet.$((10 + $1))"; }

insert_rule() { iptables -w -t "$1" -C "${@:2}" 2>/dev/null || iptables -w -t "$1" -I "${@:2}"; }
delete_rule() { while iptables -w -t "$1" -D "${@:2}" 2>/dev/null; do :; done; }

each_rule() {
    # The machine's own engine drops what is forwarded, and sees frames between two ports of a bridge, too
    "$1" filter FORWARD -i "$bridge" -j ACCEPT
    "$1" filter FORWARD -o "$bridge" -j ACCEPT
    # The hosts' way out, to package mirrors
    "$1" nat POSTROUTING -s "$subnet.0/24" ! -d "$subnet.0/24" -j MASQUERADE
}

switch_up() {
    ip link add "$bridge" type bridge
    ip addr add "$subnet.1/24" dev "$bridge"
    ip link set "$bridge" up
    sysctl -qw net.ipv4.ip_forward=1
    each_rule insert_rule
}

make_keys() {
    mkdir -p "$lab/ssh" "$lab/bin" "$lab/tls"
    ssh-keygen -q -t ed25519 -N '' -f "$lab/ssh/client"
    ssh-keygen -q -t ed25519 -N '' -f "$lab/ssh/server"
    echo "$subnet.* $(cut -d' ' -f1,2 "$lab/ssh/server.pub")" >"$lab/ssh/known_hosts"
    cat >"$lab/ssh/config" <<END
Host $subnet.*
    IdentityFile $lab/ssh/client
    IdentitiesOnly yes
    UserKnownHostsFile $lab/ssh/known_hosts
END
    # ssh finds a user's config by the user database, not by HOME
    printf '#!/bin/sh\nexec %s -F %s "$@"\n' "$(command -v ssh)" "$lab/ssh/config" >"$lab/bin/ssh"
    chmod +x "$lab/bin/ssh"
}

# One certificate authority; the servers' certificate is good for every host
make_certificates() {
    local names= i
    for i in $(seq "$1"); do names+=${names:+,}IP:$(address_of "$i"); done
    cd "$lab/tls"
    local new=(openssl req -newkey rsa:2048 -nodes)
    "${new[@]}" -x509 -days 2 -subj "/CN=lab" -keyout ca-key.pem -out ca.pem
    "${new[@]}" -subj "/CN=docker" -keyout server-key.pem -out server.csr
    "${new[@]}" -subj "/CN=client" -keyout key.pem -out client.csr
    local sign=(openssl x509 -req -days 2 -CA ca.pem -CAkey ca-key.pem -CAcreateserial)
    "${sign[@]}" -in server.csr -out server-cert.pem -extfile <(echo "subjectAltName=$names")
    "${sign[@]}" -in client.csr -out cert.pem -extfile <(echo "extendedKeyUsage=clientAuth")
    cd - >/dev/null
}

# Process 1 of a host
init() {
    local i=$1 folder=$lab/h$1 address
    address=$(address_of "$i")
    hostname "host$i"
    mount -t tmpfs -o mode=755 tmpfs /run
    # /sys still shows the machine's network; a fresh one has no control groups, which the engine needs
    mkdir -p /run/cgroup /run/sshd /run/lock
    mount --rbind /sys/fs/cgroup /run/cgroup
    mount -t sysfs sysfs /sys
    mount --rbind /run/cgroup /sys/fs/cgroup
    umount -l /run/cgroup
    /usr/sbin/sshd -f /dev/null -E "$folder/sshd.log" -h "$lab/ssh/server" -o ListenAddress="$address" \
        -o AuthorizedKeysFile="$lab/ssh/client.pub" -o PermitRootLogin=prohibit-password -o PasswordAuthentication=no \
        -o UsePAM=no -o StrictModes=no -o PidFile=/run/sshd.pid
    rm -f "$folder/docker.sock"
    echo '{}' >"$folder/daemon.json" # not the machine's own settings
    dockerd --config-file "$folder/daemon.json" --data-root "$folder/docker" --pidfile /run/docker.pid \
        -H unix:///run/docker.sock -H "unix://$folder/docker.sock" -H "tcp://$address:2376" --tlsverify \
        --tlscacert "$lab/tls/ca.pem" --tlscert "$lab/tls/server-cert.pem" --tlskey "$lab/tls/server-key.pem" \
        --cgroup-parent "/$tag-$i" >>"$folder/dockerd.log" 2>&1 &
    local engine=$!
    trap 'kill -TERM '$engine TERM
    # bash takes the orphans that become its children
    while kill -0 $engine 2>/dev/null; do wait $engine || true; done
}

# What holds host I's namespaces, and its process 1; nothing when the host is off
holder_of() {
    local pid
    pid=$(cat "$lab/h$1/holder.pid" 2>/dev/null) || return 0
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != unshare ] || echo "$pid"
}

init_of() {
    local holder
    holder=$(holder_of "$1")
    [ -z "$holder" ] || pgrep -o -P "$holder" || true
}

boot() {
    local i=$1 net=$tag-$1 folder=$lab/h$1
    mkdir -p "$folder/docker"
    if [ ! -e "/run/netns/$net" ]; then
        ip netns add "$net"
        ip link add "$tag-v$i" type veth peer name eth0 netns "$net"
        ip link set "$tag-v$i" master "$bridge" up
        ip -n "$net" link set lo up
        ip -n "$net" addr add "$(address_of "$i")/24" dev eth0
        ip -n "$net" link set eth0 up
        ip -n "$net" route add default via "$subnet.1"
    fi
    ip link set "$tag-v$i" up
    setsid nsenter --net="/run/netns/$net" unshare --mount --uts --ipc --pid --fork --kill-child --mount-proc \
        "$self" init "$lab" "$i" </dev/null >>"$folder/init.log" 2>&1 &
    echo $! >"$folder/holder.pid"
    for _ in $(seq 300); do
        curl -sf -m 1 --unix-socket "$folder/docker.sock" http://docker/_ping >/dev/null && return
        sleep 0.1
    done
    echo "host $i: its engine does not answer:" >&2
    tail -n 5 "$folder/dockerd.log" "$folder/init.log" >&2
    return 1
}

# stop I KILL|TERM
stop() {
    local i=$1 pid
    pid=$(init_of "$i")
    if [ -n "$pid" ]; then
        kill "-$2" "$pid"
        for _ in $(seq 600); do [ -d "/proc/$pid" ] || break; sleep 0.1; done
        [ ! -d "/proc/$pid" ] || kill -KILL "$pid"
    fi
    rm -f "$lab/h$i/holder.pid"
    # A runtime that was killed leaves its empty groups behind
    find /sys/fs/cgroup -depth -type d \( -path "*/$tag-$i" -o -path "*/$tag-$i/*" \) -exec rmdir {} + 2>/dev/null || true
}

# The cable goes first: a machine without power closes no connections, while the system would close those of a killed one
cut_power() {
    ip link set "$tag-v$1" down
    stop "$1" KILL
}

down() {
    local folder i
    for folder in "$lab"/h[0-9]*; do
        i=${folder##*/h}
        { stop "$i" KILL; ip netns del "$tag-$i" 2>/dev/null; ip link del "$tag-v$i" 2>/dev/null; } || true
    done
    each_rule delete_rule
    ip link del "$bridge" 2>/dev/null || true
    rm -rf "$lab"
}

case $action in
up)
    mkdir -p "$lab"
    echo "$3" >"$lab/subnet"
    read_lab
    make_keys
    make_certificates "$4" 2>"$lab/openssl.log"
    switch_up
    for i in $(seq "$4"); do boot "$i"; done
    ;;
down) [ ! -f "$lab/subnet" ] || { read_lab && down; } ;;
boot | init) read_lab && "$action" "$3" ;;
cut) read_lab && cut_power "$3" ;;
unplug) read_lab && ip link set "$tag-v$3" down ;;
plug) read_lab && ip link set "$tag-v$3" up ;;
*) sed -n '2,14p' "$self" >&2 && exit 2 ;;
esac
