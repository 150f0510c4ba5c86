import { describe, expect, test } from '@jest/globals';
import { sentence } from '@topsdl/contract';
import { reason } from '../../src/reconcile/reasons.ts';
import { lackingRoom, nameHolders, shownState, waitsForRoom } from '../../src/reconcile/room.ts';
import type { Workload } from '../../src/reconcile/table.ts';

const rows: Record<string, Pick<Workload, 'projectId' | 'name'>> = {
  mine: { projectId: 'here', name: 'mine #1' },
  ours: { projectId: 'here', name: 'ours #2' },
  theirs: { projectId: 'elsewhere', name: 'a secret #3' }
};
const find = (id: string) => rows[id] as Workload | undefined;
const waits = (held: string, resource = 'enflame.com/dtu') =>
  nameHolders(
    reason('waits-for-room', { resource, requested: 4, used: 7, free: 1, held, detail: 'words' }),
    'here',
    find
  );

describe('who holds what is waited for', () => {
  test.each([
    ['', 'waits-for-machines', null, null],
    ['mine=3 ours=4', 'waits-for-machines-held', 'mine #1 (3), ours #2 (4)', null],
    ['mine=3 theirs=2 =1 gone=1', 'waits-for-machines-shared', 'mine #1 (3)', 4],
    ['theirs=6 =1', 'waits-for-machines-others', null, 7]
  ])('%p', (held, code, names, others) => {
    const why = waits(held);
    expect(why.code).toBe(code);
    expect([why.params.held ?? null, why.params.others ?? null]).toEqual([names, others]);
    // Whatever of it is sent, nothing of another project is in it, and the sentence has no gap.
    expect(JSON.stringify(why)).not.toMatch(/secret|theirs/);
    expect(sentence(why.code, why.params)).not.toContain('{');
    expect(sentence(why.code, why.params, 'zh')).not.toContain('{');
  });

  test('sizes have units', () => {
    const held = `mine=${3 * 1024 ** 3}`;
    expect(waits(held, 'memory').params.held).toBe('mine #1 (3 GiB)');
  });

  test('what has no resource stays as the engine says it', () => {
    const why = reason('waits-for-room', { detail: 'no machine has all of it' });
    expect(nameHolders(why, 'here', find)).toBe(why);
  });
});

test('what was admitted and has no room is shown as waiting, with what it lacks', () => {
  const workload = { state: 'starting', reason: waits('mine=7') } as Workload;
  expect([waitsForRoom(workload), shownState(workload)]).toEqual([true, 'pending']);
  expect(lackingRoom(workload)).toEqual([
    { resource: 'requests.enflame.com/dtu', requested: 4, used: 7, limit: 8 }
  ]);
  const placed = { ...workload, reason: null };
  expect([waitsForRoom(placed), shownState(placed)]).toEqual([false, 'starting']);
});
