#!/usr/bin/env bash
# The peer of the benchmark: two nodes made by nothing but a shell script, and the manual's recipe over them. The namespaces and
# sandboxes are those of the local engine (a user, network, mount and pid namespace for the run; a bubblewrap sandbox a node, with an
# sshd in each); what the engine does besides is left out: a state that survives, logs, limits, other projects' files.
# Usage: two-nodes.sh NODES PREFIX BASE_PREFIX (as root it becomes the uid 1100000000 first)
set -euo pipefail
nodes=$1 prefix=$2 base=$3
if [ -z "${INSIDE:-}" ] && [ "$(id -u)" = 0 ]; then
  # What the uid of a project cannot reach is mounted where it can, in a namespace of its own.
  if [ -z "${STAGED:-}" ]; then
    mkdir -p /run/topsdl-bench
    STAGED=1 exec unshare --mount --propagation private bash "$0" "$@"
  fi
  mount -t tmpfs tmpfs /run/topsdl-bench
  mkdir /run/topsdl-bench/{prefix,base,run}
  mount --bind "$prefix" /run/topsdl-bench/prefix
  mount --bind "$base" /run/topsdl-bench/base
  cp "$0" /run/topsdl-bench/script
  chown 1100000000:1100000000 /run/topsdl-bench/run
  SEEN_PREFIX=/run/topsdl-bench/prefix SEEN_BASE=/run/topsdl-bench/base TMPDIR=/run/topsdl-bench/run \
    exec setpriv --reuid 1100000000 --regid 1100000000 --clear-groups bash /run/topsdl-bench/script "$@"
fi
if [ -z "${INSIDE:-}" ]; then
  INSIDE=1 OUTER_UID=$(id -u) OUTER_GID=$(id -g) exec unshare --user --map-root-user --net --mount --pid --fork --kill-child bash "$0" "$@"
fi
mount -t proc proc /proc
ip link set lo up
echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir ssh volcano
ssh-keygen -q -t ed25519 -N '' -f ssh/id_ed25519
ssh-keygen -q -t ed25519 -N '' -f ssh/host_key
cp ssh/id_ed25519.pub ssh/authorized_keys
printf 'Host *\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n LogLevel ERROR\n IdentityFile /root/.ssh/id_ed25519\n' >ssh/config
chmod 600 ssh/*
echo '127.0.0.1 localhost' >hosts
: >volcano/worker.host
for i in $(seq 1 "$nodes"); do
  name=bench-master-0
  if [ "$i" -gt 1 ]; then name=bench-worker-$((i - 2)); echo "$name" >>volcano/worker.host; fi
  echo "127.0.7.$i $name" >>hosts
done
printf 'root:*:%s:%s:root:/root:/bin/bash\nsshd:*:104:65534::/run/sshd:/usr/sbin/nologin\n' "$OUTER_UID" "$OUTER_GID" >passwd
echo 'root:*:19000:0:99999:7:::' >shadow
path=$prefix/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin
etc=()
for name in alternatives ld.so.cache ld.so.conf ld.so.conf.d localtime nsswitch.conf openmpi protocols services ssl/certs timezone; do
  [ -e "/etc/$name" ] && etc+=(--ro-bind "/etc/$name" "/etc/$name")
done
binds=()
case $prefix in /usr*) ;; *) binds+=(--ro-bind "${SEEN_PREFIX:-$prefix}" "$prefix") ;; esac
case $base in /usr*) ;; *) binds+=(--ro-bind "${SEEN_BASE:-$base}" "$base") ;; esac
node() {
  local name=$1
  shift
  exec bwrap --unshare-user --disable-userns --uid "$OUTER_UID" --gid "$OUTER_GID" --die-with-parent --unshare-pid --unshare-uts --unshare-ipc \
    --hostname "$name" --cap-drop ALL --proc /proc --dev /dev --tmpfs /dev/shm --ro-bind /sys /sys --tmpfs /tmp --tmpfs /run --dir /run/sshd --tmpfs /root --tmpfs /workspace \
    --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/sbin /sbin --symlink usr/lib /lib --symlink usr/lib64 /lib64 "${etc[@]}" \
    --ro-bind hosts /etc/hosts --ro-bind passwd /etc/passwd --ro-bind shadow /etc/shadow --ro-bind volcano /etc/volcano --tmpfs /etc/mpi --ro-bind ssh /root/.ssh "${binds[@]}" \
    --remount-ro / --chdir /workspace --clearenv --setenv HOME /root --setenv PATH "$path" \
    --setenv OMPI_MCA_btl tcp,self --setenv OMPI_MCA_btl_tcp_if_include lo --setenv OMPI_MCA_oob_tcp_if_include lo --setenv OMPI_MCA_hwloc_base_binding_policy none -- "$@"
}
sshd=(/usr/sbin/sshd -D -e -f /dev/null -o UsePAM=no -o StrictModes=no -o PidFile=none -o PermitRootLogin=yes -o "SetEnv=PATH=$path" -p 22 -h /root/.ssh/host_key)
for i in $(seq 2 "$nodes"); do
  mkfifo "sshd.$i"
  node "bench-worker-$((i - 2))" "${sshd[@]}" -o "ListenAddress=127.0.7.$i" 2>"sshd.$i" &
  exec {said[i]}<"sshd.$i"
done
for i in $(seq 2 "$nodes"); do
  read -r line <&"${said[i]}"
  case $line in *listening*) ;; *) echo "$line" >&2; exit 1 ;; esac
done
recipe="mkdir -p /etc/mpi && echo \"localhost slots=1\" > /etc/mpi/hostfile && cat /etc/volcano/worker.host | sed \"s/$/& slots=1/g\" >> /etc/mpi/hostfile && mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -mca btl ^openib -np $nodes hostname"
(node bench-master-0 bash -c "/usr/sbin/sshd -D -e -f /dev/null -o UsePAM=no -o StrictModes=no -o PidFile=none -o ListenAddress=127.0.7.1 -p 22 -h /root/.ssh/host_key 2>/dev/null & $recipe")
