import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  AnnotationSession,
  Saver,
  type Batch,
  type Change,
  type Journal,
  type SaveResult,
  type SaveState,
  type Shape
} from '../src/index.ts';

const cls = (labelId: string): readonly Shape[] => [{ kind: 'classification', labelId }];

/** What the server promises: all or none, once per key, 409 on an old revision. */
class Server {
  readonly images = new Map<string, { revision: number; shapes: readonly Shape[] }>();
  readonly seen = new Map<string, ReadonlyMap<string, number>>();
  applied = 0;

  save(batch: Batch): SaveResult {
    const repeated = this.seen.get(batch.key);
    if (repeated) {
      return { kind: 'saved', revisions: repeated };
    }
    const old = batch.changes.filter(c => this.images.get(c.imageId)?.revision !== c.revision);
    if (old.length > 0) {
      return { kind: 'conflict', imageIds: old.map(change => change.imageId) };
    }
    const revisions = new Map<string, number>();
    for (const change of batch.changes) {
      revisions.set(change.imageId, change.revision + 1);
      this.images.set(change.imageId, { revision: change.revision + 1, shapes: change.shapes });
    }
    this.applied += 1;
    this.seen.set(batch.key, revisions);
    return { kind: 'saved', revisions };
  }
}

/** Batches as they would lie in the browser's storage. */
class MemoryJournal implements Journal {
  batches: Batch[] = [];

  read(): readonly Batch[] {
    return [...this.batches];
  }

  keep(batch: Batch, insteadOf?: string): void {
    const at = this.batches.findIndex(({ key }) => key === insteadOf);
    this.batches.splice(at < 0 ? this.batches.length : at, at < 0 ? 0 : 1, batch);
  }

  forget(key: string): void {
    this.batches = this.batches.filter(batch => batch.key !== key);
  }
}

let keys = 0;

/** `faults` says for each request: it arrives, it is lost, or its answer is lost. */
function connect(
  server: Server,
  faults: ('ok' | 'lost' | 'answer-lost')[],
  journal = new MemoryJournal()
) {
  const states: SaveState[] = [];
  const changed = new Set<string>();
  let session: AnnotationSession | undefined;
  let isCut = false;
  const saver = new Saver({
    send: async batch => {
      if (isCut) {
        return new Promise(() => undefined);
      }
      const fault = faults.shift() ?? 'ok';
      if (fault === 'lost') {
        return { kind: 'unreachable' };
      }
      const result = server.save(batch);
      return fault === 'ok' ? result : { kind: 'unreachable' };
    },
    journal,
    newKey: () => String(keys++),
    limit: 3,
    backOff: () => Promise.resolve(),
    onState: state => states.push(state),
    onSaved: (changes, revisions) => session?.saved(changes, revisions),
    onConflict: ids => {
      session?.conflicted(ids);
      session?.learn(
        ids.flatMap(id => {
          const image = server.images.get(id);
          return image ? [{ id, ...image }] : [];
        })
      );
    }
  });
  session = new AnnotationSession(saver, ids => ids.forEach(id => changed.add(id)));
  session.learn([...server.images].map(([id, image]) => ({ id, ...image })));
  /** Nothing is heard of it any more. */
  const cut = () => {
    isCut = true;
  };
  return { saver, session, states, cut };
}

const ids = ['a', 'b', 'c', 'd'];

describe('session and saver', () => {
  test('whatever is lost on the way, what is shown ends up saved, each batch once', async () => {
    const action = fc.oneof(
      fc.tuple(fc.subarray(ids, { minLength: 1 }), fc.constantFrom('x', 'y', 'z')),
      fc.constantFrom('undo' as const, 'redo' as const)
    );
    const faults = fc.array(fc.constantFrom('ok', 'lost', 'answer-lost') as fc.Arbitrary<'ok'>);
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 20 }), faults, async (actions, plan) => {
        const server = new Server();
        ids.forEach(id => server.images.set(id, { revision: 1, shapes: [] }));
        const { saver, session, states } = connect(server, [...plan]);
        for (const act of actions) {
          if (act === 'undo') {
            session.undo();
          } else if (act === 'redo') {
            session.redo();
          } else {
            session.set('label', new Map(act[0].map(id => [id, cls(act[1])])));
          }
          await Promise.resolve();
        }
        await saver.settled();
        for (const id of ids) {
          expect(session.shapes(id)).toEqual(server.images.get(id)?.shapes);
        }
        expect(saver.pending).toBe(0);
        expect(states.at(-1)?.kind ?? 'saved').toBe('saved');
        expect(server.applied).toBe(server.seen.size);
      })
    );
  });

  test('a closed tab loses nothing: the journal is sent by the next', async () => {
    const server = new Server();
    server.images.set('a', { revision: 4, shapes: [] });
    const journal = new MemoryJournal();
    const first = connect(server, ['lost', 'lost'], journal);
    first.session.set('label', new Map([['a', cls('cat')]]));
    first.saver.close();
    await first.saver.settled();
    expect(server.images.get('a')?.shapes).toEqual([]);
    const second = connect(server, [], journal);
    expect(second.saver.pending).toBe(1);
    await second.saver.settled();
    expect(server.images.get('a')?.shapes).toEqual(cls('cat'));
    expect(journal.batches).toEqual([]);
  });

  test('a crash at any moment loses nothing of what was shown, and doubles nothing', async () => {
    const change = fc.tuple(fc.subarray(ids, { minLength: 1 }), fc.constantFrom('x', 'y', 'z'));
    const faults = fc.array(fc.constantFrom('ok', 'lost', 'answer-lost') as fc.Arbitrary<'ok'>);
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 12 }),
        faults,
        fc.nat(30),
        async (changes, plan, turns) => {
          const server = new Server();
          ids.forEach(id => server.images.set(id, { revision: 1, shapes: [] }));
          const before = new MemoryJournal();
          const first = connect(server, [...plan], before);
          const { session } = first;
          for (const [some, label] of changes) {
            session.set('label', new Map(some.map(id => [id, cls(label)])));
            await Promise.resolve();
          }
          for (let turn = 0; turn < turns; turn++) {
            await Promise.resolve();
          }
          const after = new MemoryJournal();
          after.batches = [...before.batches];
          first.cut();
          const { saver } = connect(server, [], after);
          await saver.settled();
          for (const id of ids) {
            expect([id, server.images.get(id)?.shapes]).toEqual([id, session.shapes(id)]);
          }
          expect(server.applied).toBe(server.seen.size);
        }
      )
    );
  });

  test('a panel that is closed saves what was pressed just before', async () => {
    const server = new Server();
    ids.forEach(id => server.images.set(id, { revision: 1, shapes: [] }));
    const { saver, session, states } = connect(server, []);
    session.set('label', new Map(ids.map(id => [id, cls('cat')])));
    session.set('label', new Map([['a', cls('dog')]]));
    const told = states.length;
    saver.close();
    await saver.settled();
    expect(ids.map(id => server.images.get(id)?.shapes)).toEqual([
      cls('dog'),
      cls('cat'),
      cls('cat'),
      cls('cat')
    ]);
    expect(states).toHaveLength(told);
  });

  test('a conflict gives way to the other person and keeps the rest of the batch', async () => {
    const server = new Server();
    ids.forEach(id => server.images.set(id, { revision: 1, shapes: [] }));
    const { saver, session } = connect(server, []);
    server.images.set('a', { revision: 2, shapes: cls('theirs') });
    session.set(
      'label',
      new Map([
        ['a', cls('mine')],
        ['b', cls('mine')]
      ])
    );
    await saver.settled();
    expect(session.shapes('a')).toEqual(cls('theirs'));
    expect(server.images.get('b')?.shapes).toEqual(cls('mine'));
    expect(session.undo()).toEqual(['b']);
  });

  test('undo is refused for an image that someone else labeled meanwhile', async () => {
    const server = new Server();
    server.images.set('a', { revision: 1, shapes: [] });
    const { saver, session } = connect(server, []);
    session.set('label', new Map([['a', cls('mine')]]));
    await saver.settled();
    session.learn([{ id: 'a', revision: 3, shapes: cls('theirs') }]);
    expect(session.undoTitle).toBeUndefined();
    expect(session.undo()).toEqual([]);
  });

  test('what the server refuses for good stops the queue until it is given up', async () => {
    const dropped: string[] = [];
    const sent: Change[] = [];
    const saver = new Saver({
      send: batch => {
        sent.push(...batch.changes);
        return Promise.resolve<SaveResult>(
          batch.changes[0]?.imageId === 'bad'
            ? { kind: 'refused', error: new Error('label is gone') }
            : { kind: 'saved', revisions: new Map([['good', 2]]) }
        );
      },
      journal: new MemoryJournal(),
      newKey: () => String(sent.length),
      backOff: () => Promise.resolve(),
      onState: () => undefined,
      onSaved: () => undefined,
      onConflict: list => dropped.push(...list)
    });
    saver.save([{ imageId: 'bad', revision: 1, shapes: cls('gone') }]);
    saver.save([{ imageId: 'good', revision: 1, shapes: cls('cat') }]);
    await saver.settled();
    expect(saver.pending).toBe(2);
    expect(saver.discardRefused()).toEqual(['bad']);
    await saver.settled();
    expect(dropped).toEqual(['bad']);
    expect(saver.pending).toBe(0);
  });
});
