import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { openSocket, startCompanion, type Companion } from '@topsdl/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer } from '../compute/volcano/apiServer.ts';

jest.setTimeout(60_000);

let cluster: ApiServer;
let dataDir: string;
let companion: Companion;

beforeAll(async () => {
  cluster = await ApiServer.start();
  dataDir = mkdtempSync(join(tmpdir(), 'topsdl-silence-'));
  companion = await startCompanion({
    dataDir,
    env: {
      TOPSDL_COMPUTE_ENGINE: 'volcano',
      TOPSDL_CLUSTER_KUBECONFIG: cluster.kubeconfig(),
      TOPSDL_CLUSTER_IMAGE: 'image:1',
      TOPSDL_CLUSTER_HOST_PATH: dataDir
    }
  });
}, 60_000);

afterAll(async () => {
  await companion.stop();
  await cluster.dispose();
  rmSync(dataDir, { recursive: true, force: true });
});

test('panels are told since when the cluster does not answer, and that it does again', async () => {
  const owner = await companion.owner();
  const installation = () => owner.call(operations.system.installation, {});
  expect(await installation()).toMatchObject({ engine: 'volcano', silence: null });
  const socket = await openSocket(companion, await companion.ownerToken());
  socket.send({ type: 'hello' });
  const changes = () =>
    socket.messages.flatMap(message =>
      message.type === 'change' && message.event.kind === 'installation' ? [message.event] : []
    );
  const { port } = cluster;
  const before = Date.now();
  await cluster.stop();
  await socket.message(() => changes().length === 1);
  const { silence } = await installation();
  expect(Date.parse(silence?.since ?? '')).toBeGreaterThanOrEqual(before);
  expect(silence?.detail).toMatch(/ECONNREFUSED|closed|socket|ECONNRESET/);

  await cluster.listen(port);
  await socket.message(() => changes().length === 2);
  expect((await installation()).silence).toBeNull();
  socket.close();
});
