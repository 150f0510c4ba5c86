import { expect, test } from '@jest/globals';
import { TopsEvents, type Socket } from '../src/events.ts';

/** The other end of a WebSocket, in this process. */
class Line implements Socket {
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  readyState = 0;
  readonly sent: Record<string, unknown>[] = [];

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
  }

  accept(): void {
    this.readyState = 1;
    this.onopen?.call(this as unknown as WebSocket, new Event('open'));
  }

  say(message: object): void {
    this.onmessage?.call(
      this as unknown as WebSocket,
      new MessageEvent('message', { data: JSON.stringify(message) })
    );
  }

  break(): void {
    this.readyState = 3;
    this.onclose?.call(this as unknown as WebSocket, new Event('close') as CloseEvent);
  }
}

function connection() {
  const lines: Line[] = [];
  /** Next tries, and what happens when nothing is heard for long. */
  const waiting: (() => void)[] = [];
  const silences: (() => void)[] = [];
  const events = new TopsEvents({
    connect: () => {
      const line = new Line();
      lines.push(line);
      return line;
    },
    later: (run, milliseconds) => {
      const list = milliseconds < 30_000 ? waiting : silences;
      list.push(run);
      return () => {
        list.splice(0, list.length, ...list.filter(other => other !== run));
      };
    }
  });
  const seen: number[] = [];
  let resets = 0;
  events.changed.connect((_, { seq }) => void seen.push(seq));
  events.reset.connect(() => {
    resets += 1;
  });
  const last = () => lines.at(-1) as Line;
  return { events, lines, waiting, silences, seen, last, resets: () => resets };
}

const change = (seq: number) => ({ type: 'change', event: { seq } });

test('a broken connection resumes after the last event, and takes none twice', () => {
  const { events, waiting, seen, last } = connection();
  events.open();
  last().accept();
  expect(last().sent).toEqual([{ type: 'hello' }]);
  last().say({ type: 'welcome', seq: 40, version: '1' });
  expect(events.status).toBe('open');
  last().say(change(41));
  last().say(change(42));
  last().break();
  expect(events.status).toBe('lost');
  waiting.shift()?.();
  last().accept();
  expect(last().sent[0]).toEqual({ type: 'hello', since: 42 });
  last().say(change(42));
  last().say(change(43));
  expect(seen).toEqual([41, 42, 43]);
});

test('a connection that broke before any event resumes from its welcome', () => {
  const { events, waiting, last } = connection();
  events.open();
  last().accept();
  last().say({ type: 'welcome', seq: 7, version: '1' });
  last().break();
  waiting.shift()?.();
  last().accept();
  expect(last().sent[0]).toEqual({ type: 'hello', since: 7 });
});

test('a reset tells to forget, and goes on from its number', () => {
  const { events, waiting, last, resets } = connection();
  events.open();
  last().accept();
  last().say({ type: 'welcome', seq: 1, version: '1' });
  last().say({ type: 'reset', seq: 900 });
  expect(resets()).toBe(1);
  last().break();
  waiting.shift()?.();
  last().accept();
  expect(last().sent[0]).toEqual({ type: 'hello', since: 900 });
});

test('streams are subscribed again from where they are, until they end or are disposed', () => {
  const { events, waiting, last } = connection();
  let position: string | undefined;
  const data: unknown[] = [];
  let ended = false;
  events.open();
  last().accept();
  events.subscribe('training.logs:1', {
    from: () => position,
    onData: item => data.push(item),
    onEnd: () => {
      ended = true;
    }
  });
  const stats = events.subscribe('training.stats:1', { onData: () => undefined });
  position = '120';
  last().break();
  waiting.shift()?.();
  last().accept();
  expect(last().sent.slice(1)).toEqual([
    { type: 'subscribe', topic: 'training.logs:1', from: '120' },
    { type: 'subscribe', topic: 'training.stats:1' }
  ]);
  stats.dispose();
  expect(last().sent.at(-1)).toEqual({ type: 'unsubscribe', topic: 'training.stats:1' });
  last().say({ type: 'data', topic: 'training.logs:1', data: { lines: [] } });
  last().say({ type: 'end', topic: 'training.logs:1' });
  expect(data).toEqual([{ lines: [] }]);
  expect(ended).toBe(true);
  last().break();
  waiting.shift()?.();
  last().accept();
  expect(last().sent).toHaveLength(1);
});

test('closing forgets the place and calls off the next try', () => {
  const { events, lines, waiting, last } = connection();
  events.open();
  last().accept();
  last().say({ type: 'welcome', seq: 5, version: '1' });
  last().break();
  events.close();
  expect(waiting).toEqual([]);
  expect(events.status).toBe('idle');
  events.open();
  expect(lines).toHaveLength(2);
  last().accept();
  expect(last().sent).toEqual([{ type: 'hello' }]);
});

test('a connection that says nothing for long is lost, and begun anew', () => {
  const { events, waiting, silences, lines, last } = connection();
  events.open();
  expect(silences).toHaveLength(1);
  last().accept();
  last().say({ type: 'welcome', seq: 5, version: '1' });
  const [afterWelcome] = silences;
  last().say({ type: 'alive' });
  expect(silences).toHaveLength(1);
  expect(silences[0]).not.toBe(afterWelcome);
  const silent = last();
  silences[0]?.();
  expect(events.status).toBe('lost');
  expect(silent.readyState).toBe(3);
  expect(silences).toEqual([]);
  // Word that comes late after all is of the past.
  silent.say(change(6));
  waiting.shift()?.();
  expect(lines).toHaveLength(2);
  last().accept();
  expect(last().sent).toEqual([{ type: 'hello', since: 5 }]);
});
