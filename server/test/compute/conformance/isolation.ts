import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import type { Bench } from './bench.ts';

/** What a workload must not see or reach. */
export function describeIsolation(bench: Bench): void {
  describe('keeps apart', () => {
    test('the environment: only what is on the list', async () => {
      process.env.SECRET_OF_THE_COMPANION = 'x';
      const run = bench.trial({ command: 'env', env: { MINE: '1' } });
      await run.run();
      const names = (await run.lines()).map(line => line.split('=')[0] ?? '');
      const allowed =
        /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|PYTHONUNBUFFERED|PWD|OLDPWD|SHLVL|_|MINE|TOPSDL_(RUN|CARDS)|V[CK]_[A-Z_]+|OMPI_MCA_[a-z_]+)$/;
      expect(names.filter(item => !allowed.test(item))).toEqual([]);
      expect(names).toContain('MINE');
    });

    test('files: none of another project or of the server, and nothing of the host written', async () => {
      const other = bench.under.directory();
      writeFileSync(join(other, 'secret'), 'theirs', { mode: 0o666 });
      const run = bench.trial({
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
      const run = bench.trial({ command: 'id -u; id -un; cat /proc/self/uid_map' });
      await run.run();
      const [uid, user, map = ''] = await run.lines();
      // The second number is what its parent's namespace calls the first: on this machine that may be a 0 again, which
      // stands for a project's uid further out; then the uid inside is another.
      const [, outside = 0] = map.trim().split(/\s+/).map(Number);
      expect(Math.max(Number(uid), outside)).toBeGreaterThan(0);
      expect(user).toBe('root');
    });

    test('networks: no port of the host and none of another run', async () => {
      const server = createServer(socket => socket.end('HOST'));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const listening = bench.trial({
        command: `python3 -u -c 'import socket,time; s=socket.socket(); s.bind(("0.0.0.0",7777)); s.listen(); print("listening"); time.sleep(60)'`
      });
      await listening.submit();
      await listening.said('listening');
      const run = bench.trial({
        command: `for p in ${port} 7777; do (exec 3<>/dev/tcp/127.0.0.1/$p && echo REACHED; exec 3<>/dev/tcp/127.0.7.1/$p && echo REACHED); done; python3 -c '
import socket
for name in ("\\0/tmp/.X11-unix/X0", "\\0dbus"):
    try: socket.socket(socket.AF_UNIX).connect(name); print("REACHED")
    except OSError: pass
'; echo done; cat /proc/net/dev | tail -n +3 | cut -d: -f1`
      });
      expect(await run.run()).toMatchObject({ state: 'succeeded' });
      const [done, ...interfaces] = (await run.lines()).map(line => line.trim());
      expect(done).toBe('done');
      // None of the host's own; a pod has one that leads to other pods, as far as the cluster's policies allow.
      expect(interfaces.filter(item => item !== 'lo' && item !== 'eth0')).toEqual([]);
      server.close();
    });
  });
}
