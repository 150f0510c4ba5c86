import { copyFileSync, fstatSync, ftruncateSync, statSync } from 'node:fs';
import pino, { type Logger } from 'pino';

/** Fields that never reach a log, wherever they are in what is logged. */
const SECRET = [
  'password',
  'currentPassword',
  'passwordHash',
  'secret',
  'token',
  'tokenHash',
  'authorization',
  'cookie'
];

/** Where lines of the log go. */
export interface LogTarget {
  write(line: string): void;
}

/**
 * An open file as a log that begins anew once it has reached its limit; what it held is kept beside it, with
 * `.1` at the end. So both together are bounded, however long the companion runs.
 *
 * The file is emptied instead of replaced: it is the standard error of this process, on which Node's own last
 * words go out, too. What else standard error may be (a journal, a terminal) is left alone.
 *
 * @param descriptor opened to append
 * @param path where the log file is, if that is what is open
 * @param limit bytes
 */
export function boundedLog(descriptor: number, path: string, limit: number): LogTarget {
  const target = pino.destination({ fd: descriptor, sync: true });
  if (!isFile(descriptor, path)) {
    return target;
  }
  let { size } = fstatSync(descriptor);
  return {
    write(line) {
      if (size >= limit) {
        setAside(path);
        ftruncateSync(descriptor);
        size = 0;
      }
      size += Buffer.byteLength(line);
      target.write(line);
    }
  };
}

function setAside(path: string): void {
  try {
    copyFileSync(path, `${path}.1`);
  } catch {
    // No room for it: rather a log that is lost than one that fills the disk.
  }
}

function isFile(descriptor: number, path: string): boolean {
  const open = fstatSync(descriptor);
  const there = statSync(path, { throwIfNoEntry: false });
  return there?.ino === open.ino && there.dev === open.dev;
}

/**
 * Structured logs, a line of JSON each.
 *
 * @param target standard error by default: standard output belongs to the ready line
 */
export function createLog(
  level: string,
  target: LogTarget = pino.destination({ fd: 2, sync: true })
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: {
        paths: SECRET.flatMap(name => [name, `*.${name}`, `*.*.${name}`, `*["set-${name}"]`]),
        censor: '[redacted]'
      }
    },
    target
  );
}
