#!/bin/sh
# The machine's first process. It sets the machine up, does its work (the script /work), says on
# the second serial line how that ended, and turns the machine off.
#
# What it says itself goes to the first serial line, where the kernel talks. When a step fails it
# ends; the kernel panics at that, and so no failure here is taken for an end.
set -eu
export PATH=/usr/sbin:/busybox HOME=/root TERM=dumb
/busybox/busybox --install -s /busybox

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t debugfs debugfs /sys/kernel/debug
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
for folder in /dev/shm /tmp /run; do
    mount -t tmpfs tmpfs $folder
done

while read -r module; do
    insmod "$module"
done </modules

# The shell takes its own ip for a plain "ip".
ip=/usr/sbin/ip
$ip link set lo up
for can in vcan0 vcan1; do
    $ip link add $can type vcan
    # Long enough for frames of CAN FD.
    $ip link set $can mtu 72 up
done

# Tests know by this that here no family may be missing.
export BERKELEY_VM=1
cd /root
status=0
sh /work </dev/null >/dev/ttyS1 2>&1 || status=$?
echo "the work ended: $status" >/dev/ttyS1
poweroff -f
