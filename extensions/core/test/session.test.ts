import { expect, jest, test } from '@jest/globals';
import { Signal } from '@lumino/signaling';
import type { ChangeEvent } from '@topsdl/contract';
import type { ConnectionStatus, ITopsApi, ITopsEvents } from '@topsdl/lab';

// Its icons want a browser.
jest.mock('@topsdl/lab', () => jest.requireActual('../../../packages/lab/src/api.ts'));

/** The state of a connection, as a test says it is. */
class Connection implements ITopsEvents {
  readonly changed = new Signal<this, ChangeEvent>(this);
  readonly reset = new Signal<this, void>(this);
  readonly statusChanged = new Signal<this, ConnectionStatus>(this);
  status: ConnectionStatus = 'idle';

  become(status: ConnectionStatus): void {
    this.status = status;
    this.statusChanged.emit(status);
  }

  open(): void {
    this.become('connecting');
  }

  close(): void {
    this.become('idle');
  }

  subscribe(): { dispose(): void; isDisposed: boolean } {
    return { dispose: () => undefined, isDisposed: true };
  }
}

test('whoever could not be asked about is asked about again, while the connection stands', async () => {
  const { TopsSession } = await import('../src/session.ts');
  let fails = 3;
  const api = {
    baseUrl: 'http://lab/topsdl/',
    request: ({ path }: { path: string }) =>
      path === '/account/session' && fails-- > 0
        ? Promise.reject(new Error('no answer'))
        : Promise.resolve({ items: [], permissions: [] }),
    continueAsOwner: () => Promise.resolve()
  } as unknown as ITopsApi;
  const connection = new Connection();
  const waits: { run: () => void; milliseconds: number }[] = [];
  const memory = { getItem: () => 'true', setItem: () => undefined, removeItem: () => undefined };
  const session = new TopsSession(api, connection, memory, (run, milliseconds) => {
    waits.push({ run, milliseconds });
  });
  await session.ready;
  // The connection that is being made will tell.
  expect([session.state, waits.length]).toEqual(['unreachable', 0]);
  connection.become('open');
  await session.refresh();
  expect(session.state).toBe('unreachable');
  waits[0]?.run();
  await session.refresh();
  waits[1]?.run();
  await session.refresh();
  expect(session.state).toBe('signed-in');
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([1000, 2000]);
});
