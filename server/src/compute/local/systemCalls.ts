/**
 * A filter of system calls (seccomp(2)) for what the kernel keeps in no namespace: without it a run could reach the machine's virtual
 * sockets (AF_VSOCK has no network namespace) and read the keys of whoever started the companion, whose session keyring it inherits.
 * io_uring opens sockets that no filter sees, and goes with them; programs then do without, as on a kernel that has none.
 */
import { existsSync } from 'node:fs';

/** Numbers of system calls and of the architecture (linux/audit.h). */
interface Architecture {
  audit: number;
  socket: number;
  /** add_key, request_key, keyctl */
  keys: readonly number[];
}

const ARCHITECTURES: Readonly<Partial<Record<string, Architecture>>> = {
  x64: { audit: 0xc000003e, socket: 41, keys: [248, 249, 250] },
  arm64: { audit: 0xc00000b7, socket: 198, keys: [217, 218, 219] }
};

/** The same everywhere since it came. */
const IO_URING_SETUP = 425;
/** Where x64 has another set of calls, with 32-bit pointers. */
const X32 = 0x40000000;

/** Only where the kernel filters at all. */
const AVAILABLE = '/proc/sys/kernel/seccomp/actions_avail';

/** Families of sockets that a network namespace keeps apart: AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. */
const FAMILIES = [1, 2, 10, 16];

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/** Places in what a filter looks at (`struct seccomp_data`); of an argument the lower half, on these architectures the first. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const FIRST_ARGUMENT = 16;

/** Instructions of classic BPF (linux/bpf_common.h): code, jumps where it holds and where not, and a value. */
type Instruction = readonly [code: number, yes: number, no: number, value: number];

const load = (place: number): Instruction => [0x20, 0, 0, place];
const skipUnlessEqual = (value: number): Instruction => [0x15, 0, 1, value];
const skipUnlessAtLeast = (value: number): Instruction => [0x35, 0, 1, value];
const answer = (value: number): Instruction => [0x06, 0, 0, value];
const ALLOW = answer(0x7fff0000);
const refuse = (error: number): Instruction => answer(0x00050000 | error);

/**
 * The filter as bubblewrap takes it, `struct sock_filter` after `struct sock_filter`; undefined where the numbers of the calls are not
 * known here, or the kernel has no filters.
 */
export function systemCallFilter(architecture: string = process.arch): Buffer | undefined {
  const known = ARCHITECTURES[architecture];
  if (known === undefined || !existsSync(AVAILABLE)) {
    return undefined;
  }
  const instructions: Instruction[] = [
    load(ARCHITECTURE),
    // Calls of another architecture, such as of 32-bit programs, have other numbers.
    [0x15, 1, 0, known.audit],
    refuse(ENOSYS),
    load(NUMBER),
    ...[skipUnlessAtLeast(X32), refuse(ENOSYS)],
    ...[skipUnlessEqual(IO_URING_SETUP), refuse(ENOSYS)],
    ...known.keys.flatMap(number => [skipUnlessEqual(number), refuse(EPERM)]),
    // The rest is about sockets.
    [0x15, 1, 0, known.socket],
    ALLOW,
    load(FIRST_ARGUMENT),
    ...FAMILIES.flatMap(family => [skipUnlessEqual(family), ALLOW]),
    refuse(EAFNOSUPPORT)
  ];
  const bytes = Buffer.alloc(instructions.length * 8);
  instructions.forEach(([code, yes, no, value], i) => {
    bytes.writeUInt16LE(code, i * 8);
    bytes.writeUInt8(yes, i * 8 + 2);
    bytes.writeUInt8(no, i * 8 + 3);
    bytes.writeUInt32LE(value, i * 8 + 4);
  });
  return bytes;
}
