import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import type { Endpoint, WorkloadSpec } from '../../src/compute/engine.ts';
import { PlanError } from '../../src/compute/engine.ts';
import type { EngineUnderTest } from './harness.ts';
import { Trial } from './harness.ts';

/** The manual's recipe, word by word but for the number of processes. */
const recipe = (processes: number, program = 'hostname'): string =>
  `mkdir -p /etc/mpi && echo "localhost slots=1" > /etc/mpi/hostfile && cat /etc/volcano/worker.host | sed "s/$/& slots=1/g" >> /etc/mpi/hostfile && mpirun --hostfile /etc/mpi/hostfile --allow-run-as-root -mca btl ^openib -np ${processes} ${program}`;

const HTTP_SERVER = `python3 -u -c '
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/crash": os._exit(3)
        body = os.uname().nodename.encode()
        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(("0.0.0.0", 8080), H).serve_forever()
'`;

/** What every compute engine has to do, whatever it runs workloads on. */
export function describeEngine(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`the ${name} engine`, () => {
    let under: EngineUnderTest;
    const trials: Trial[] = [];
    const trial = (spec: Partial<WorkloadSpec>): Trial => {
      const made = new Trial(under, spec);
      trials.push(made);
      return made;
    };

    beforeAll(async () => {
      under = await make();
    }, 60_000);
    afterEach(async () => {
      await Promise.all(trials.splice(0).map(item => item.release()));
    }, 60_000);
    afterAll(() => under.dispose());

    describe('plans', () => {
      test('the same for the same, without starting anything', async () => {
        const run = { id: 'same', directory: under.directory() };
        const spec: WorkloadSpec = {
          kind: 'batch',
          image: { base: 'host' },
          command: 'true',
          projectId: 'p'
        };
        const plan = under.engine.plan(spec, run);
        expect(under.engine.plan(spec, run)).toEqual(plan);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
        expect((await under.engine.observe([plan.handle]))[0]?.state).toBe('absent');
        expect(readdirSync(run.directory)).toEqual([]);
      });

      test.each<[string, Partial<WorkloadSpec>, string]>([
        ['an empty command', { command: ' ' }, 'command'],
        ['a NUL in a command', { command: ['a', 'b\0'] }, 'command'],
        ['no node', { nodes: 0 }, 'nodes'],
        ['half a slot', { slots: 0.5 }, 'slots'],
        ['a port beyond the last', { ports: [8080, 65_536] }, 'ports.1'],
        ['a variable with a wrong name', { env: { 'A B': '' } }, 'env.A B'],
        ['a variable of two lines', { env: { A: 'x\nPATH=/tmp' } }, 'env.A'],
        [
          'a variable of the engine',
          { env: { OMPI_MCA_plm_rsh_agent: 'sh' } },
          'env.OMPI_MCA_plm_rsh_agent'
        ],
        ['LD_PRELOAD', { env: { LD_PRELOAD: '/x' } }, 'env.LD_PRELOAD'],
        [
          'a target outside',
          { mounts: [{ source: '/tmp', target: '/workspace/../usr', readOnly: true }] },
          'mounts.0.target'
        ],
        [
          'a target twice',
          {
            mounts: ['/tmp', '/usr'].map(source => ({
              source,
              target: '/workspace/a',
              readOnly: true
            }))
          },
          'mounts.1.target'
        ],
        [
          'a relative source',
          { mounts: [{ source: 'x', target: '/workspace/a', readOnly: true }] },
          'mounts.0.source'
        ],
        [
          'a probe of another port',
          { kind: 'service', ports: [1], readiness: { port: 2 } },
          'readiness.port'
        ]
      ])('not %s', (_what, spec, field) => {
        const plan = (): Trial => new Trial(under, spec);
        expect(plan).toThrow(PlanError);
        expect(plan).toThrow(expect.objectContaining({ field }) as Error);
      });
    });

    describe('runs nodes', () => {
      test('two, by the recipe of the manual, which prints the names of both', async () => {
        const two = trial({ command: recipe(2), nodes: 2, slots: 1 });
        expect(await two.run()).toMatchObject({ state: 'succeeded', exitCode: 0 });
        expect((await two.lines()).sort()).toEqual([...two.plan.nodes].sort());
      });

      test('four, likewise', async () => {
        const four = trial({ command: recipe(4), nodes: 4, slots: 1 });
        expect(await four.run()).toMatchObject({ state: 'succeeded', exitCode: 0 });
        expect((await four.lines()).sort()).toEqual([...four.plan.nodes].sort());
      });

      test('with no hostfile but the one that is there, for slots as cards', async () => {
        const two = trial({
          command: `cat /etc/mpi/hostfile; mpirun --allow-run-as-root -np 4 bash -c 'echo $(hostname) $A $(command -v python3)'`,
          nodes: 2,
          env: { A: `it's "a" \\ $HOME` },
          resources: { cards: 2, cardResource: 'enflame.com/gcu' }
        });
        expect(await two.run()).toMatchObject({ state: 'succeeded' });
        const lines = await two.lines();
        const [master, worker] = two.plan.nodes;
        expect(lines.slice(0, 2)).toEqual(['localhost slots=2', `${worker} slots=2`]);
        const said = lines.slice(2).sort();
        const python = said[0]?.split(' ').at(-1);
        expect(said).toEqual(
          [master, master, worker, worker].map(node => `${node} it's "a" \\ $HOME ${python}`).sort()
        );
      });

      test('one, with an empty list of workers', async () => {
        const one = trial({ command: 'wc -c < /etc/volcano/worker.host; hostname; exit 7' });
        const end = await one.run();
        expect(end).toMatchObject({ state: 'failed', exitCode: 7 });
        expect(end.reason).toMatchObject({ code: 'command_failed', params: { exitCode: 7 } });
        expect(await one.lines()).toEqual(['0', one.plan.nodes[0]]);
      });

      test('and names the worker that died', async () => {
        const two = trial({
          command: 'echo up; mpirun --allow-run-as-root -np 2 sleep 60',
          nodes: 2
        });
        await two.submit();
        await two.said('up');
        const worker = two.plan.nodes[1] ?? '';
        const session = await under.engine.exec(two.handle, {
          node: worker,
          command: 'kill -9 $(pgrep -o sshd); kill -9 -1'
        });
        session.exited.catch(() => undefined);
        const end = await two.ended();
        expect(end).toMatchObject({ state: 'failed' });
        expect(end.reason).toMatchObject({ code: 'worker_died', params: { node: worker } });
        expect(end.reason?.detail).toContain(worker);
      });
    });

    describe('mounts', () => {
      test('what is read, what is written and what is copied on write', async () => {
        const [read, write, copy] = [under.directory(), under.directory(), under.directory()];
        mkdirSync(join(copy, 'cats'), { mode: 0o700 });
        writeFileSync(join(read, 'a'), 'read');
        writeFileSync(join(copy, 'cats/b'), 'before', { mode: 0o600 });
        const run = trial({
          command:
            'cat algorithm/a; touch algorithm/x; echo new > model/m; cat dataset/cats/b; echo after > dataset/cats/b; echo more > dataset/cats/c; rm dataset/cats/b; ls dataset/cats',
          mounts: [
            { source: read, target: '/workspace/algorithm', readOnly: true },
            { source: write, target: '/workspace/model', readOnly: false },
            { source: copy, target: '/workspace/dataset', readOnly: false, overlay: true }
          ]
        });
        expect(await run.run()).toMatchObject({ state: 'succeeded' });
        expect(await run.lines()).toEqual(['readbeforec']);
        expect(readdirSync(read)).toEqual(['a']);
        expect(readFileSync(join(write, 'm'), 'utf8')).toBe('new\n');
        expect(readdirSync(join(copy, 'cats'))).toEqual(['b']);
        expect(readFileSync(join(copy, 'cats/b'), 'utf8')).toBe('before');
      });

      test('a layer, whose programs and modules come first', async () => {
        const layer = under.directory();
        mkdirSync(join(layer, 'bin'));
        mkdirSync(join(layer, 'python'));
        writeFileSync(join(layer, 'bin/hello'), '#!/bin/sh\necho hello', { mode: 0o755 });
        writeFileSync(join(layer, 'python/greeting.py'), 'text = "good day"');
        const run = trial({
          image: { base: 'host', layer },
          command: 'hello; python3 -c "import greeting; print(greeting.text)"; touch /layer/x'
        });
        expect(await run.run()).toMatchObject({ state: 'failed' });
        expect(await run.lines()).toEqual(['hello', 'good day']);
      });

      test('nothing that is not there, and says so', async () => {
        const run = trial({
          mounts: [{ source: '/nowhere/at/all', target: '/workspace/a', readOnly: true }]
        });
        const outcome = await run.run().catch((error: Error) => error);
        expect(
          JSON.stringify(outcome instanceof Error ? outcome.message : outcome.reason)
        ).toContain('/nowhere/at/all');
      });
    });

    describe('keeps apart', () => {
      test('the environment: only what is on the list', async () => {
        process.env.SECRET_OF_THE_COMPANION = 'x';
        const run = trial({ command: 'env', env: { MINE: '1' } });
        await run.run();
        const names = (await run.lines()).map(line => line.split('=')[0] ?? '');
        const allowed =
          /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|PYTHONUNBUFFERED|PWD|OLDPWD|SHLVL|_|MINE|TOPSDL_(RUN|CARDS)|V[CK]_[A-Z_]+|OMPI_MCA_[a-z_]+)$/;
        expect(names.filter(item => !allowed.test(item))).toEqual([]);
        expect(names).toContain('MINE');
      });

      test('files: none of another project or of the server, and nothing of the host written', async () => {
        const other = under.directory();
        writeFileSync(join(other, 'secret'), 'theirs', { mode: 0o666 });
        const run = trial({
          command: `
            cat ${other}/secret; ls ${other} ${other}/..
            for f in /usr/x /etc/x /x /bin/x /etc/passwd /sys/kernel/x /dev/x ${other}/x; do echo > $f && echo "WROTE $f"; done
            echo x > /proc/sys/kernel/core_pattern && echo WROTE core_pattern
            echo c > /proc/sysrq-trigger && echo WROTE sysrq
            mount -o remount,rw / && echo REMOUNTED
            mount -o remount,rw /usr && echo REMOUNTED
            unshare -Ur mount -t tmpfs x /mnt && echo MOUNTED
            mknod /tmp/disk b 8 0 && echo MADE
            ls /home /root /var /srv /opt /mnt 2>/dev/null | grep -v ':$' | grep -v '^$' || true
            grep -h Cap /proc/self/status | sort -u; cat /proc/*/environ | tr '\\0' '\\n' | grep SECRET; ls -d /proc/[0-9]* | wc -l`
        });
        process.env.SECRET_OF_THE_COMPANION = 'x';
        expect(await run.run()).toMatchObject({ state: 'succeeded' });
        const said = (await run.lines()).join('\n');
        expect(said).not.toMatch(/theirs|WROTE|REMOUNTED|MOUNTED|MADE|SECRET/);
        expect(said).toMatch(/CapEff:\s*0+$/m);
        expect(readdirSync(other)).toEqual(['secret']);
      });

      test('the host: no process of it has the uid 0 of the machine', async () => {
        const run = trial({ command: 'cat /proc/self/uid_map; id -un' });
        await run.run();
        const [map = '', user] = await run.lines();
        expect(Number(map.trim().split(/\s+/)[0])).toBeGreaterThan(0);
        expect(user).toBe('root');
      });

      test('networks: no port of the host and none of another run', async () => {
        const server = createServer(socket => socket.end('HOST'));
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address() as AddressInfo;
        const listening = trial({
          command: `python3 -u -c 'import socket,time; s=socket.socket(); s.bind(("0.0.0.0",7777)); s.listen(); print("listening"); time.sleep(60)'`
        });
        await listening.submit();
        await listening.said('listening');
        const run = trial({
          command: `for p in ${port} 7777; do (exec 3<>/dev/tcp/127.0.0.1/$p && echo REACHED; exec 3<>/dev/tcp/127.0.7.1/$p && echo REACHED); done; python3 -c '
import socket
for name in ("\\0/tmp/.X11-unix/X0", "\\0dbus"):
    try: socket.socket(socket.AF_UNIX).connect(name); print("REACHED")
    except OSError: pass
'; echo done; cat /proc/net/dev | tail -n +3 | cut -d: -f1`
        });
        expect(await run.run()).toMatchObject({ state: 'succeeded' });
        expect((await run.lines()).map(line => line.trim())).toEqual(['done', 'lo']);
        server.close();
      });
    });

    describe('ends', () => {
      test('what forks daemons and ignores SIGTERM, at its grace and two seconds', async () => {
        const run = trial({
          graceMs: 1000,
          command: `trap '' TERM
            for i in 1 2 3; do setsid bash -c 'trap "" TERM; (trap "" TERM; sleep 1000) & sleep 1000' & done
            (setsid nohup sleep 1000 &) ; echo up; sleep 1000; wait`
        });
        await run.submit();
        await run.said('up');
        const begin = performance.now();
        await run.engine.stop(run.handle);
        expect(await run.ended()).toMatchObject({ state: 'stopped', reason: { code: 'stopped' } });
        const took = performance.now() - begin;
        expect(took).toBeGreaterThan(900);
        expect(took).toBeLessThan(3000);
        expect(under.hasProcesses(run.handle)).toBe(false);
      });

      test('at once what follows SIGTERM, with time to save on every node', async () => {
        const saved = under.directory();
        const run = trial({
          graceMs: 20_000,
          nodes: 2,
          command: `cat > /workspace/out/job.py <<'END'
import signal, socket, sys, time
def save(*_):
    time.sleep(0.3); open("/workspace/out/" + socket.gethostname(), "w").write("saved"); sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("up", flush=True)
time.sleep(100)
END
          ssh $(cat /etc/volcano/worker.host) python3 /workspace/out/job.py &
          python3 /workspace/out/job.py; wait`,
          mounts: [{ source: saved, target: '/workspace/out', readOnly: false }]
        });
        await run.submit();
        let ups = 0;
        for await (const entry of run.engine.logs(run.handle, { follow: true })) {
          ups += entry.text === 'up' ? 1 : 0;
          if (ups === 2) {
            break;
          }
        }
        await run.engine.stop(run.handle);
        const begin = performance.now();
        expect(await run.ended()).toMatchObject({ state: 'stopped' });
        expect(performance.now() - begin).toBeLessThan(10_000);
        expect(readdirSync(saved).sort()).toEqual(['job.py', ...run.plan.nodes].sort());
      });

      test('what uses more memory than it may', async () => {
        const { capabilities } = await under.engine.check();
        const run = trial({
          command: 'python3 -c "x = bytearray(400 * 1024 * 1024); print(len(x))"; echo $?; exit 9',
          resources: { memoryBytes: 150 * 1024 * 1024 }
        });
        expect(await run.run()).toMatchObject({
          state: 'failed',
          reason: {
            code: capabilities.memoryLimit === 'cgroup' ? 'out_of_memory' : 'command_failed'
          }
        });
      });

      test('a fork bomb, without the machine noticing', async () => {
        const run = trial({ command: 'echo up; f() { f | f & f; }; f', graceMs: 500 });
        await run.submit();
        await run.said('up');
        await new Promise(resolve => setTimeout(resolve, 1000));
        const begin = performance.now();
        await under.engine.stop(run.handle, 0);
        expect(['stopped', 'failed']).toContain((await run.ended()).state);
        expect(performance.now() - begin).toBeLessThan(15_000);
        expect(under.hasProcesses(run.handle)).toBe(false);
      });
    });

    describe('survives', () => {
      test('two submits of one plan: one workload', async () => {
        const out = under.directory();
        const run = trial({
          command: 'echo x >> out/count; cat out/count',
          mounts: [{ source: out, target: '/workspace/out', readOnly: false }]
        });
        const second = await under.again();
        await Promise.all([run.submit(), run.submit(), second.submit(run.plan)]);
        expect(await run.ended()).toMatchObject({ state: 'succeeded' });
        await run.submit();
        await second.submit(run.plan);
        expect((await run.observe()).state).toBe('succeeded');
        expect(readFileSync(join(out, 'count'), 'utf8')).toBe('x\n');
        await second.close();
      });

      test('the end of the process that submitted: it is attached again and ends', async () => {
        const gate = under.directory();
        const run = trial({
          command: 'echo up; while [ ! -e gate/open ]; do sleep 0.05; done; echo end; exit 5',
          mounts: [{ source: gate, target: '/workspace/gate', readOnly: true }]
        });
        const process = await under.submitElsewhere(run.plan);
        process.kill('SIGKILL');
        await once(process, 'exit');
        await run.said('up');
        expect((await run.observe()).state).toBe('running');
        const again = await under.again();
        expect((await again.observe([run.handle]))[0]?.state).toBe('running');
        const end = run.ended(again);
        writeFileSync(join(gate, 'open'), '');
        expect(await end).toMatchObject({ state: 'failed', exitCode: 5 });
        expect(await run.lines()).toEqual(['up', 'end']);
        await again.close();
      });

      test('the end of the process that submits, at any moment: one workload, when it is submitted again', async () => {
        for (const after of [0, 20, 60, 120, 200, 300]) {
          const out = under.directory();
          const run = trial({
            command: 'echo x >> out/count',
            mounts: [{ source: out, target: '/workspace/out', readOnly: false }]
          });
          const process = await under.submitElsewhere(run.plan, true);
          await new Promise(resolve => setTimeout(resolve, after));
          process.kill('SIGKILL');
          await run.submit();
          expect([after, await run.ended()]).toMatchObject([after, { state: 'succeeded' }]);
          expect(readFileSync(join(out, 'count'), 'utf8')).toBe('x\n');
        }
      }, 120_000);

      test('the end of what owned it: lost, with the reason, and no process left', async () => {
        const run = trial({ command: 'setsid sleep 1000 & echo up; sleep 1000', nodes: 2 });
        await run.submit();
        await run.said('up');
        const end = run.ended();
        under.killOwner(run.handle);
        expect(await end).toMatchObject({ state: 'lost', reason: { code: 'supervisor_died' } });
        const again = await under.again();
        expect((await again.observe([run.handle]))[0]).toMatchObject({ state: 'lost' });
        expect(under.hasProcesses(run.handle)).toBe(false);
        await run.submit();
        expect((await run.observe()).state).toBe('lost');
        await again.close();
      });

      test('a release of what runs, and a second one', async () => {
        const run = trial({ command: 'sleep 1000' });
        await run.submit();
        await run.release();
        expect(under.hasProcesses(run.handle)).toBe(false);
        await run.release();
        expect((await run.observe()).state).toBe('stopped');
      });
    });

    describe('keeps logs', () => {
      test('in order, with streams, positions to go on from, and bytes as they were', async () => {
        const run = trial({
          command: String.raw`echo one; echo two >&2; printf 'caf\xe9\n'; printf '\033[31mred\n'; printf 'no end'`
        });
        await run.run();
        const entries = await run.entries();
        const out = entries.filter(entry => entry.stream === 'stdout');
        expect(out.map(entry => entry.text)).toEqual([
          'one',
          'caf\ufffd',
          '\u001b[31mred',
          'no end'
        ]);
        expect(out.at(-1)?.partial).toBe(true);
        expect(entries.find(entry => entry.stream === 'stderr')?.text).toBe('two');
        const node = run.plan.nodes[0] ?? '';
        const rest = await run.entries({ node, from: entries[1]?.offset });
        expect(rest).toEqual(entries.slice(2));
        expect(await run.entries({ tail: 2 })).toEqual(entries.slice(-2));
        const raw: Uint8Array[] = [];
        for await (const part of run.engine.rawLog(run.handle, node)) {
          raw.push(part);
        }
        expect(Buffer.concat(raw).includes(Buffer.from([0x66, 0xe9, 0x0a]))).toBe(true);
      });

      test('of a line of 100 MB and of a gigabyte a second within their limit', async () => {
        const run = trial({
          command: `echo first; head -c 100000000 /dev/zero | tr '\\0' 'x'; echo; timeout 4 yes 'a line of a job that never stops talking'; echo; echo last`
        });
        expect(await run.run()).toMatchObject({ state: 'succeeded' });
        let bytes = 0;
        let first: string | undefined;
        let last = '';
        let dropped = false;
        for await (const entry of run.engine.logs(run.handle)) {
          first ??= entry.text;
          last = entry.text;
          bytes += entry.text.length;
          dropped ||= entry.stream === 'engine';
        }
        expect([first, last, dropped]).toEqual(['first', 'last', true]);
        expect(bytes).toBeLessThan(64 * 1024 * 1024);
        expect(bytes).toBeGreaterThan(16 * 1024 * 1024);
      }, 120_000);
    });

    describe('answers while it runs', () => {
      test('commands in a node, with input, output, exit code and the node’s environment', async () => {
        const run = trial({ command: 'sleep 1000', nodes: 2, env: { MINE: 'yes' } });
        await run.submit();
        await run.until(observation => observation.state === 'running');
        const session = await under.engine.exec(run.handle, {
          node: run.plan.nodes[1],
          command: 'cat; hostname; echo $MINE $OTHER; pwd; echo oops >&2; exit 4',
          env: { OTHER: 'too' }
        });
        session.stdin.end('input\n');
        const [out, error, code] = await Promise.all([
          text(session.stdout as AsyncIterable<Buffer>),
          text(session.stderr as AsyncIterable<Buffer>),
          session.exited
        ]);
        expect(out).toBe(`input\n${run.plan.nodes[1]}\nyes too\n/workspace\n`);
        expect([error, code]).toEqual(['oops\n', 4]);
        await expect(
          under.engine.exec(run.handle, { node: 'nobody', command: 'true' })
        ).rejects.toMatchObject({ code: 'node_unknown' });
      });

      test('what each node uses', async () => {
        const run = trial({
          command: 'echo up; while :; do :; done',
          nodes: 2,
          resources: { cpu: 0.5, cards: 1, memoryBytes: 500_000_000 }
        });
        await run.submit();
        await run.said('up');
        await under.engine.stats(run.handle);
        await new Promise(resolve => setTimeout(resolve, 1200));
        const { nodes } = await under.engine.stats(run.handle);
        expect(nodes.map(item => item.node)).toEqual(run.plan.nodes);
        const { capabilities } = await under.engine.check();
        expect(nodes[0]?.cpuCores).toBeGreaterThan(0.1);
        if (capabilities.cpuLimit === 'cgroup') {
          expect(nodes[0]?.cpuCores).toBeLessThan(0.75);
        }
        expect(nodes[1]?.cpuCores).toBeLessThan(0.1);
        expect(nodes[0]?.memoryBytes).toBeGreaterThan(100_000);
        expect(nodes[0]).toMatchObject({ cards: 1 });
        expect(nodes[0]?.processes).toBeGreaterThan(1);
      });

      test('nothing when it has ended', async () => {
        const run = trial({});
        await run.run();
        await expect(under.engine.stats(run.handle)).rejects.toMatchObject({ code: 'not_running' });
        await expect(under.engine.exec(run.handle, { command: 'true' })).rejects.toMatchObject({
          code: 'not_running'
        });
        await under.engine.stop(run.handle);
      });
    });

    describe('serves', () => {
      const service = {
        kind: 'service',
        command: HTTP_SERVER,
        ports: [8080],
        readiness: { port: 8080, path: '/', intervalMs: 50 }
      } as const;
      const ready = (count: number) => (observation: { nodes: { state: string }[] }) =>
        observation.nodes.length === count &&
        observation.nodes.every(node => node.state === 'ready');

      test('replicas with the same port, each behind its endpoint, and more and fewer of them', async () => {
        const run = trial({ ...service, replicas: 2 });
        await run.submit();
        const up = await run.until(ready(2));
        expect(up.state).toBe('running');
        const names = await Promise.all(
          [0, 1].map(replica => fetchText(run.engine.endpoint(run.handle, 8080, replica)))
        );
        expect(new Set(names).size).toBe(2);
        await run.engine.scale(run.handle, 3);
        await run.until(ready(3));
        expect(await fetchText(run.engine.endpoint(run.handle, 8080, 2))).toMatch(/-2$/);
        const draining = run.until(seen => seen.nodes.some(node => node.state === 'draining'));
        await run.engine.scale(run.handle, 1);
        await draining;
        await run.until(ready(1));
        expect(await fetchText(run.engine.endpoint(run.handle, 8080, 0))).toBe(names[0]);
        await run.engine.stop(run.handle);
        expect(await run.ended()).toMatchObject({ state: 'stopped' });
        expect(under.hasProcesses(run.handle)).toBe(false);
      });

      test('again after a crash, at the same endpoint, and says why', async () => {
        const run = trial({ ...service });
        await run.submit();
        await run.until(ready(1));
        const endpoint = run.engine.endpoint(run.handle, 8080, 0);
        const crashed = run.until(seen => seen.nodes[0]?.state === 'backoff');
        await expect(fetchText(endpoint, '/crash')).rejects.toThrow();
        expect((await crashed).nodes[0]).toMatchObject({
          exitCode: 3,
          reason: { code: 'command_failed', params: { exitCode: 3 } }
        });
        const back = await run.until(ready(1));
        expect(back.nodes[0]?.restarts).toBe(1);
        expect(await fetchText(endpoint)).toMatch(/-0$/);
      });

      test('no port that was not asked for', () => {
        const run = trial({ ...service });
        expect(() => run.engine.endpoint(run.handle, 9090)).toThrow(
          expect.objectContaining({ code: 'port_unknown' }) as Error
        );
      });

      test('an interactive workload through its port', async () => {
        const run = trial({
          kind: 'interactive',
          command: `echo up; ${HTTP_SERVER}`,
          ports: [8080]
        });
        await run.submit();
        await run.said('up');
        const endpoint = run.engine.endpoint(run.handle, 8080);
        let answer: string | undefined;
        for (let i = 0; i < 100 && answer === undefined; i++) {
          answer = await fetchText(endpoint).catch(async () => {
            await new Promise(resolve => setTimeout(resolve, 50));
            return undefined;
          });
        }
        expect(answer).toBe(run.plan.nodes[0]);
        await expect(run.engine.scale(run.handle, 2)).rejects.toMatchObject({
          code: 'not_a_service'
        });
      });
    });
  });
}

function fetchText(endpoint: Endpoint, path = '/'): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ ...endpoint, path, agent: false, headers: { connection: 'close' } });
    request.on('response', response => {
      text(response).then(resolve, reject);
    });
    request.on('error', reject);
  });
}
