import type { Logger } from 'pino';

/**
 * Does small work that nobody asked for. It may fail by itself, as on a full disk: that is logged, where an
 * error in a timer would end the companion, and in a request refuse what was asked.
 *
 * @param failed called after the error was logged
 */
export function attempt(
  log: Pick<Logger, 'error'>,
  work: () => unknown,
  failed: () => void = () => {}
): void {
  void (async () => {
    try {
      await work();
    } catch (error) {
      log.error({ err: error }, 'housekeeping failed');
      failed();
    }
  })();
}

/** Does such work now and then; what failed is done the next time. @returns ends it */
export function every(
  milliseconds: number,
  log: Pick<Logger, 'error'>,
  work: () => unknown
): () => void {
  const timer = setInterval(() => attempt(log, work), milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}
