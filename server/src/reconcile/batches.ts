/**
 * Groups what comes in quick succession: a batch goes out when it is full, or `waitMs` after its
 * first item. Nothing is taken from the source while a batch is being used, but for one item.
 */
export async function* batches<T>(
  source: AsyncIterable<T>,
  most: number,
  waitMs: number
): AsyncGenerator<T[]> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    let coming = iterator.next();
    for (;;) {
      const first = await coming;
      if (first.done) {
        return;
      }
      const batch = [first.value];
      const timer = expiry(waitMs);
      coming = iterator.next();
      for (;;) {
        const item = batch.length < most ? await Promise.race([coming, timer.expired]) : null;
        if (item === null || item.done) {
          break;
        }
        batch.push(item.value);
        coming = iterator.next();
      }
      timer.cancel();
      // Whether it fails is found by the next round; until then the failure is not unhandled.
      coming.catch(() => undefined);
      yield batch;
    }
  } finally {
    await iterator.return?.();
  }
}

function expiry(ms: number): { expired: Promise<null>; cancel(): void } {
  let cancel = () => {};
  const expired = new Promise<null>(resolve => {
    const timer = setTimeout(resolve, ms, null);
    cancel = () => clearTimeout(timer);
  });
  return { expired, cancel };
}
