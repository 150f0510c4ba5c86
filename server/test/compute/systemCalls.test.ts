import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import type { WorkloadPlan } from '../../src/compute/engine.ts';
import { LocalEngine } from '../../src/compute/local/localEngine.ts';
import { systemCallFilter } from '../../src/compute/local/systemCalls.ts';

jest.setTimeout(60_000);

let data: string;
let engine: LocalEngine;
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'tops-calls-'));
  engine = await LocalEngine.create({ dataDirectory: data });
});
afterAll(async () => {
  await engine.close();
  rmSync(data, { recursive: true, force: true });
});

/** Tries what no namespace keeps apart, and says what came of it. */
const TRIALS = `python3 -c '
import ctypes, errno, platform, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(name, x64, arm64, *arguments):
    number = x64 if platform.machine() == "x86_64" else arm64
    result = libc.syscall(number, *arguments)
    print(name, "done" if result >= 0 else errno.errorcode[ctypes.get_errno()])
def family(name, number, kind=socket.SOCK_STREAM):
    try:
        socket.socket(number, kind).close()
        print(name, "done")
    except OSError as error:
        print(name, errno.errorcode[error.errno])
call("add_key", 248, 217, b"user", b"topsdl", b"x", 1, -3)
call("request_key", 249, 218, b"user", b"topsdl", None, 0)
call("keyctl", 250, 219, 0, -3, 0)
call("io_uring_setup", 425, 425, 1, ctypes.create_string_buffer(200))
family("AF_VSOCK", 40)
family("AF_ALG", 38, socket.SOCK_SEQPACKET)
for kind in ("AF_UNIX", "AF_INET", "AF_INET6"):
    family(kind, getattr(socket, kind))
family("AF_NETLINK", 16, socket.SOCK_RAW)
'`;
const ANSWERS = [
  'add_key EPERM',
  'request_key EPERM',
  'keyctl EPERM',
  'io_uring_setup ENOSYS',
  'AF_VSOCK EAFNOSUPPORT',
  'AF_ALG EAFNOSUPPORT',
  'AF_UNIX done',
  'AF_INET done',
  'AF_INET6 done',
  'AF_NETLINK done'
];

function plan(id: string, command: string, nodes = 1): WorkloadPlan {
  const directory = join(data, id);
  mkdirSync(directory);
  return engine.plan(
    { kind: 'batch', image: { base: 'host' }, command, nodes, projectId: 'calls', graceMs: 0 },
    { id: `${id}-${process.pid}-${Date.now()}`, directory }
  );
}

async function linesOf({ handle }: WorkloadPlan): Promise<string[]> {
  const lines: string[] = [];
  for await (const { node, text } of engine.logs(handle, { follow: true })) {
    if (node.includes('master')) {
      lines.push(text);
    }
  }
  return lines;
}

test('a run reaches nothing that the kernel keeps in no namespace, on any of its nodes', async () => {
  const trial = plan(
    'nodes',
    `${TRIALS}; ssh $(cat /etc/volcano/worker.host) "$(cat <<'X'\n${TRIALS}\nX\n)"`,
    2
  );
  await engine.submit(trial);
  expect(await linesOf(trial)).toEqual([...ANSWERS, ...ANSWERS]);
  await engine.release(trial.handle);
});

test('nor does what is started in a node later', async () => {
  const trial = plan('exec', 'echo up; sleep 60');
  await engine.submit(trial);
  for await (const { text } of engine.logs(trial.handle, { follow: true })) {
    if (text === 'up') {
      break;
    }
  }
  const session = await engine.exec(trial.handle, { command: TRIALS });
  let said = '';
  for await (const chunk of session.stdout) {
    said += String(chunk);
  }
  expect(said.trim().split('\n')).toEqual(ANSWERS);
  await engine.release(trial.handle);
});

test('of control groups a node sees its own, and no other run’s', async () => {
  const other = plan('other', 'sleep 60');
  await engine.submit(other);
  const trial = plan(
    'groups',
    `find /sys/fs/cgroup -name 't-*'; find /sys/fs/cgroup -name pids.max -exec cat {} +; echo 1 > /sys/fs/cgroup/pids/cgroup.procs && echo WROTE; true`
  );
  await engine.submit(trial);
  const lines = (await linesOf(trial)).filter(line => !line.includes('cgroup.procs'));
  const { capabilities } = await engine.check();
  expect(lines).toEqual(capabilities.processLimit === 'cgroup' ? ['4096'] : []);
  await engine.release(trial.handle);
  await engine.release(other.handle);
});

test('where the numbers of the calls are not known there is no filter', () => {
  expect(systemCallFilter('riscv64')).toBeUndefined();
  const lengths = ['x64', 'arm64'].map(name => systemCallFilter(name)?.length);
  expect(lengths).toEqual([lengths[0], lengths[0]]);
});
