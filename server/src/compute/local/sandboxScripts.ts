/** Puts itself into the groups whose `cgroup.procs` come before `--` and becomes what follows. */
export const GROUP_SCRIPT = 'while [ "$1" != -- ]; do echo 0 >"$1"; shift; done; shift; exec "$@"';

/**
 * A network of a replica's own, with its relays beside the sandbox. Arguments: Node, the relay's entry, the directory of sockets,
 * the replica's index, its ports with blanks between them, and what to become.
 */
export const NETWORK_SCRIPT = `ip link set lo up || exit 1
echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
"$1" --max-old-space-size=128 "$2" "$3" "$4" $5 <&8 >&8 2>/dev/null 3>&- 4<&- 5>&- 6<&- 7<&- 8>&- 9<&- &
shift 5
exec 8>&-
exec "$@"
`;

/**
 * The first process of a node but for the init. It starts sshd, waits for the word to start the command, tells its exit code, and
 * stays until it is let go: the sandbox ends with it, and on a stop other processes may still be saving what they have. A trap and
 * not an ignored signal, because the command would inherit that. Arguments: the address for sshd or nothing, where the command
 * starts, the command.
 */
export const COMMAND_SCRIPT = `trap : TERM INT HUP USR1 USR2
address=$1
directory=$2
shift 2
if [ -n "$address" ]; then
  /usr/sbin/sshd -D -e -f /root/.ssh/sshd_config -o "ListenAddress=$address" </dev/null >/dev/null 2>&3 3>&- 4<&- 5>&- &
fi
exec 3>&- 6>&2
echo up >&5
read -r _ <&4 || exit 125
if cd "$directory"; then
  exec 2>/dev/null
  "$@" 2>&6 6>&- 4<&- 5>&-
  code=$?
else
  code=126
fi
echo "$code" >&5
read -r _ <&4
exit "$code"
`;
