/**
 * Mounts that are made before a run's user namespace, by the machine's root, in a mount namespace of their own. A project's uid can
 * then reach sources below directories that it may not enter, and sees root's files as its own where the file system can map
 * owners (mount_setattr(2), since Linux 5.12), so that nothing on the disk ever belongs to that uid.
 *
 * Python, because mount(8) of Debian 12 cannot map owners, and one interpreter starts faster than a `mount` for each.
 */
export interface StageRequest {
  /** An empty directory; what is staged appears below it. */
  stage: string;
  uid: number;
  mounts: StagedMount[];
  /** What to run afterwards, still as root. */
  then: string[];
}

export interface StagedMount {
  source: string;
  /** A name in the stage. */
  name: string;
  /**
   * `bind` as it is; `read` and `write` with owners mapped where possible, else `write` gives the files to the uid; `overlay`
   * likewise, with changes in `upper` (a directory of the uid's own with `upper` and `work` in it).
   */
  mode: 'bind' | 'read' | 'write' | 'overlay';
  upper?: string;
}

export const STAGE_PROGRAM = String.raw`
import ctypes, json, os, sys

libc = ctypes.CDLL(None, use_errno=True)
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC = 1, 32, 4096, 16384
CLONE_NEWUSER = 0x10000000
SYS_open_tree, SYS_move_mount, SYS_mount_setattr = 428, 429, 442

def call(result, what):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)
    return result

def mount(source, target, kind, flags, options=None):
    encode = lambda text: None if text is None else os.fsencode(text)
    call(libc.mount(encode(source), encode(target), encode(kind), ctypes.c_ulong(flags), encode(options)), target)

class Attributes(ctypes.Structure):
    _fields_ = [("set", ctypes.c_uint64), ("clear", ctypes.c_uint64), ("propagation", ctypes.c_uint64), ("userns", ctypes.c_uint64)]

def owners_of(uid):
    """A user namespace in which the machine's 0 is uid."""
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go[1])
        libc.unshare(CLONE_NEWUSER)
        os.write(ready[1], b".")
        os.read(go[0], 1)
        os._exit(0)
    os.read(ready[0], 1)
    for name in ("uid_map", "gid_map"):
        with open(f"/proc/{child}/{name}", "w") as file:
            file.write(f"0 {uid} 1")
    namespace = os.open(f"/proc/{child}/ns/user", os.O_RDONLY)
    os.close(go[1])
    os.waitpid(child, 0)
    return namespace

def mapped(source, target, namespace):
    tree = call(libc.syscall(SYS_open_tree, -100, os.fsencode(source), 1 | os.O_CLOEXEC), source)
    attributes = Attributes(0x00100000, 0, 0, namespace)
    try:
        call(libc.syscall(SYS_mount_setattr, tree, b"", 0x1000, ctypes.byref(attributes), 32), source)
        call(libc.syscall(SYS_move_mount, tree, b"", -100, os.fsencode(target), 4), target)
    finally:
        os.close(tree)

def give(path, uid):
    os.lchown(path, uid, uid)
    for folder, directories, files in os.walk(path):
        for name in directories + files:
            os.lchown(os.path.join(folder, name), uid, uid)

request = json.loads(sys.argv[1])
stage, uid = request["stage"], request["uid"]
mount("tmpfs", stage, "tmpfs", 0, "mode=0755,size=1m")
namespace = None
for item in request["mounts"]:
    source, mode, target = item["source"], item["mode"], os.path.join(stage, item["name"])
    place = target + ".lower" if mode == "overlay" else target
    if os.path.isdir(source):
        os.mkdir(place)
    else:
        open(place, "w").close()
    owned = mode == "bind"
    if not owned:
        try:
            namespace = owners_of(uid) if namespace is None else namespace
            mapped(source, place, namespace)
            owned = True
        except OSError as error:
            print(f"owners of {source} are not mapped: {error}", file=sys.stderr)
    if mode == "bind" or not owned:
        if mode == "write":
            give(source, uid)
        mount(source, place, None, MS_BIND | MS_REC)
    if mode == "overlay":
        os.mkdir(target)
        upper = target + ".upper"
        os.mkdir(upper)
        mount(item["upper"], upper, None, MS_BIND)
        mount("overlay", target, "overlay", 0, f"userxattr,lowerdir={place},upperdir={upper}/upper,workdir={upper}/work")
        if not owned:
            for folder, directories, files in os.walk(target):
                os.lchown(folder, uid, uid)
os.execvp(request["then"][0], request["then"])
`;

/**
 * The rest of the way, in the run's own user, network, mount and pid namespaces: the loopback interface, ports below 1024 for
 * everyone (sshd's 22), and where the companion is no root the overlays. Arguments: the stage, then a lower, an upper and a name for
 * each overlay, then `--` and what to run.
 */
export const ENTER_SCRIPT = `set -e
ip link set lo up
echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
stage=$1
shift
if [ "$1" != -- ]; then mount -t tmpfs -o mode=0755,size=1m tmpfs "$stage"; fi
while [ "$1" != -- ]; do
  mkdir "$stage/$3" "$stage/$3.lower" "$stage/$3.upper"
  mount --bind "$1" "$stage/$3.lower"
  mount --bind "$2" "$stage/$3.upper"
  mount -t overlay overlay -o "userxattr,lowerdir=$stage/$3.lower,upperdir=$stage/$3.upper/upper,workdir=$stage/$3.upper/work" "$stage/$3"
  shift 3
done
shift
# Before /proc is the namespace's own: what the machine knows this process by.
read -r identity </proc/self/stat
mount -t proc proc /proc
exec "$@" "$identity"
`;
