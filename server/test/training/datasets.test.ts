import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { pack } from '../support/archives.ts';
import { createVersion, importBytes } from '../support/datasets.ts';
import { picture } from '../support/pictures.ts';
import { setStage, type Stage } from '../support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
}, 60_000);

afterAll(() => stage?.close(), 60_000);

test('a run sees a dataset version as files that it cannot change; the version is in use by its definition', async () => {
  const { owner, projectId } = stage;
  const { version } = await createVersion(owner, projectId, '猫狗');
  const content = await picture(1);
  await importBytes(owner, projectId, version.id, [
    {
      name: 'set.zip',
      bytes: pack('zip', [
        { path: '猫/1.jpg', content },
        { path: '狗/2.jpg', content: await picture(2) }
      ])
    }
  ]);
  const training = await stage.training(
    'sees it',
    'cd /workspace/dataset/猫狗 && find . -name "*.jpg" | wc -l && ' +
      `test -d /workspace/dataset/${version.datasetId} && ! touch x 2>/dev/null && echo kept`,
    { datasetVersionIds: [version.id] }
  );
  const run = await stage.ended((await stage.startRun(training)).id);
  const lines = await stage.text(run.id);
  expect([run.state, lines[0], lines.at(-1)]).toEqual(['completed', '2', 'kept']);
  await expect(
    owner.call(operations.datasets.deleteVersion, { params: { versionId: version.id } })
  ).rejects.toMatchObject({ problem: { code: 'still-used', params: { users: '“sees it”' } } });
  await owner.call(operations.training.deleteRun, { params: { runId: run.id } });
  await owner.call(operations.training.delete, { params: { trainingId: training.id } });
  await owner.call(operations.datasets.deleteVersion, { params: { versionId: version.id } });
}, 90_000);
