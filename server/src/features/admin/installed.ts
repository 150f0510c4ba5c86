import type { InputOf, operations } from '@topsdl/contract';

export type SpecInput = InputOf<typeof operations.admin.createSpec>['body'];

const GIB = 1024 ** 3;
const DTU = 'enflame.com/dtu';

const spec = (name: string, model: string, cpu: number, gib: number, cards: number): SpecInput => ({
  name,
  model,
  cpu,
  memoryBytes: gib * GIB,
  cards,
  cardResource: cards > 0 ? DTU : null,
  ib: false,
  roce: false
});

/** What an installation begins with. */
export const INSTALLED: readonly SpecInput[] = [
  spec('Dev Only', '', 1, 1, 0),
  spec('i10x1', 'i10', 4, 16, 1),
  spec('i20x1', 'i20', 4, 16, 1),
  spec('T10x1', 'T10', 4, 16, 1),
  spec('T20x1', 'T20', 4, 16, 1),
  spec('T10x8', 'T10', 16, 32, 8)
];
