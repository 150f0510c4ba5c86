import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Signal } from '@lumino/signaling';
import type { ChangeEvent } from '@topsdl/contract';
import type { TopsServices, WorkReport } from '@topsdl/lab';
import { Endings } from '../src/endings.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const later = '2026-01-01T12:05:00Z';

function stage() {
  const events = { changed: new Signal<object, ChangeEvent>({}) };
  const session = { changed: new Signal<object, never>({}), session: { user: { id: 'me' } } };
  const reports = new Map<string, Partial<WorkReport>>();
  const told: string[] = [];
  const asked: string[] = [];
  let visible = '';
  const works = {
    workKind: (kind: string) =>
      kind === 'training-run'
        ? {
            kind: 'training-run' as const,
            load: async () => ({
              default: async (_: unknown, id: string) => {
                asked.push(id);
                const report = reports.get(id);
                if (!report) {
                  throw new Error('gone');
                }
                return { name: id, by: 'me', endedAt: later, panels: [], ...report } as WorkReport;
              }
            })
          }
        : undefined,
    isVisible: ({ id }: { id: string }) => id === visible
  };
  const services = { api: { client: async () => ({}) }, events, session, translation: {} };
  new Endings(services as unknown as TopsServices, works, ({ name }) => told.push(name));
  return {
    told,
    asked,
    show: (id: string) => {
      visible = id;
    },
    change: async (id: string, report?: Partial<WorkReport>, kind = 'training-run') => {
      if (report) {
        reports.set(id, { panels: [{ kind, id }], ...report });
      }
      events.changed.emit({ kind, id, type: 'updated' } as ChangeEvent);
      await jest.advanceTimersByTimeAsync(5000);
    }
  };
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => jest.useRealTimers());

test('whoever started it is told once that it has ended', async () => {
  const { change, told } = stage();
  await change('run', { state: 'active', endedAt: null });
  await change('run', { state: 'completed' });
  await change('run', { state: 'completed' });
  expect(told).toEqual(['run']);
});

test('a run that is resumed ends anew', async () => {
  const { change, told } = stage();
  await change('run', { state: 'failed' });
  await change('run', { state: 'active', endedAt: null });
  await change('run', { state: 'completed' });
  expect(told).toEqual(['run', 'run']);
});

test('what somebody looks at, has stopped, or knew already is no news, also not later', async () => {
  const { change, show, told } = stage();
  show('seen');
  await change('seen', { state: 'completed' });
  show('');
  await change('seen', { state: 'completed' });
  await change('stopped', { state: 'stopped' });
  await change('old', { state: 'completed', endedAt: '2026-01-01T11:00:00Z' });
  expect(told).toEqual([]);
});

test('the work of others is asked for once, changes of other kinds never', async () => {
  const { asked, change, told } = stage();
  await change('theirs', { state: 'active', by: 'you' });
  await change('theirs', { state: 'completed', by: 'you' });
  await change('label', undefined, 'label');
  await change('gone');
  expect([told, asked]).toEqual([[], ['theirs', 'gone']]);
});
