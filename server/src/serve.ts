import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseAddress } from './address.ts';
import type { Options } from './app.ts';
import { createCompanion } from './companion.ts';
import { readConfig } from './config.ts';
import { features } from './features/index.ts';
import { writeAtomic } from './files/atomic.ts';
import { DataDirectory } from './files/layout.ts';
import { lockDirectory } from './files/lock.ts';
import { boundedLog, createLog } from './log.ts';

/** Bytes that a Unix socket's path may have on every system that we know, with some to spare. */
const SOCKET_PATH_LIMIT = 100;
/** How long another companion of the directory may take to end, should it be about to, in milliseconds. */
const LOCK_WAIT = 10_000;
/** How long a clean end may take before it is cut short. */
const STOP_LIMIT = 20_000;

/** Where a data directory's companion listens: in it, or under a hash of its path where that is too long. */
export function socketPath(data: string): string {
  const inside = join(data, 'companion.sock');
  if (Buffer.byteLength(inside) < SOCKET_PATH_LIMIT) {
    return inside;
  }
  const base = process.env['XDG_RUNTIME_DIR'] ?? tmpdir();
  const hash = createHash('sha256').update(data).digest('hex').slice(0, 32);
  return join(base, `topsdl-${process.getuid?.() ?? 0}`, `${hash}.sock`);
}

/**
 * Serves a data directory until a signal comes or nothing needs it any more.
 *
 * @param readyFd where the line of JSON goes that says that it is ready, and where
 */
export async function serve(given: Options, readyFd: number): Promise<void> {
  const options = { ...given, data: resolve(given.data) };
  const config = readConfig(join(options.data, 'config.toml'), process.env, options.listen);
  const files = new DataDirectory(options.data, config.database.directory);
  const { listen } = config.server;
  const unlock = lockDirectory(join(files.databaseDirectory, 'lock.db'), LOCK_WAIT);
  const log = createLog(
    config.log.level,
    boundedLog(2, files.path('logs', 'companion.log'), config.log.limit_bytes)
  );
  // What is waited for at the start, such as a cluster that does not answer, keeps no process alive; nothing else may do so yet.
  const starting = setInterval(() => {}, 60_000);
  const app = await createCompanion({
    options,
    // A server for other machines is not anybody's JupyterLab's; it stays.
    config:
      listen === undefined ? config : { ...config, server: { ...config.server, idle_seconds: 0 } },
    files,
    log,
    features
  }).finally(() => clearInterval(starting));

  const socket = options.socket ?? socketPath(options.data);
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  // We hold the directory's lock: whoever left this socket is gone.
  rmSync(socket, { force: true });
  const mask = process.umask(0o177);
  await app.http.listen({ path: socket }, true);
  process.umask(mask);
  chmodSync(socket, 0o600);
  const address = listen === undefined ? undefined : parseAddress(listen);
  if (address) {
    await app.http.listen(address, false);
  }

  await writeAtomic(
    files.file('companion.json'),
    `${JSON.stringify({
      pid: process.pid,
      socket,
      startedAt: new Date().toISOString(),
      version: app.version,
      bootId: app.bootId,
      engine: app.compute.name
    })}\n`
  );

  let stopping: Promise<void> | undefined;
  const stop = (why: string) => {
    stopping ??= (async () => {
      log.info({ why }, 'stops');
      setTimeout(() => {
        log.error('did not stop in time');
        process.exit(1);
      }, STOP_LIMIT).unref();
      await app.life.stop();
      rmSync(files.file('companion.json'), { force: true });
      rmSync(socket, { force: true });
      unlock();
      process.exit(0);
    })();
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('uncaughtException', error => {
    log.fatal({ err: error }, 'an error that nobody caught');
    process.exitCode = 1;
    stop('an error');
  });
  process.on('unhandledRejection', reason => {
    log.error({ err: reason }, 'a rejection that nobody caught');
  });
  app.life.watch(stop);
  log.info({ version: app.version, socket, listen, pid: process.pid }, 'ready');
  writeSync(readyFd, `${JSON.stringify({ ready: true, socket })}\n`);
}
