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

/** Structured logs, a line of JSON each, on standard error: standard output belongs to the ready line. */
export function createLog(level: string): Logger {
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
    pino.destination({ fd: 2, sync: true })
  );
}
