#!/bin/sh
# The first process of the guest. Its root is the host's, read-only; what is written goes to memory, to its disk (ubda: Docker and
# the containers' files), to its swap (ubdb), and to the one folder that the host gives it for its result.
# From the kernel's command line: NODE, MAIN, CACHE, RESULTS.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/run/home TMPDIR=/run/tmp PLIMSOLL_TEST_CACHE="$CACHE"

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmpfs /run
mkdir /run/home /run/tmp /run/data /run/results
mount -t ext4 /dev/ubda /run/data
mount -t hostfs -o "$RESULTS" none /run/results
swapon /dev/ubdb
ip link set lo up

# Without it Docker copies the image for every container.
busybox insmod "/usr/lib/uml/modules/$(uname -r)/kernel/fs/overlayfs/overlay.ko"

mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo '+cpu +memory +io +pids' >/sys/fs/cgroup/cgroup.subtree_control
# Docker 20.10 looks for memory.swap.max in its own cgroup to know whether swap can be limited; the root has no such file.
mkdir /sys/fs/cgroup/engine
sh -c 'echo $$ >/sys/fs/cgroup/engine/cgroup.procs; exec dockerd --data-root /run/data/docker \
  --bridge none --iptables=false --ip6tables=false' >/run/results/dockerd.log 2>&1 &

"$NODE" "$MAIN" /run/results >/run/results/main.log 2>&1
exec busybox poweroff -f
