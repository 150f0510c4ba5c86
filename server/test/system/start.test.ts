import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { CompanionEnded, startCompanion, type Companion } from '@topsdl/testing';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Real processes on a machine that may have others to run.
jest.setTimeout(60_000);

let companion: Companion;

beforeAll(async () => {
  companion = await startCompanion();
}, 60_000);

afterAll(() => companion.stop());

test('a first start makes accounts, a project and the specs, once', async () => {
  const owner = await companion.owner();
  const session = await owner.call(operations.account.session, {});
  expect(session.owner).toBe(true);
  expect(session.permissions).toEqual(['platform', 'data', 'label', 'review']);
  const projects = await owner.call(operations.projects.list, {});
  expect(projects.items.map(({ name }) => name)).toEqual(['default']);
  const specs = await owner.call(operations.admin.listSpecs, {});
  expect(specs.items.map(({ name }) => name)).toEqual([
    'Dev Only',
    'i10x1',
    'i20x1',
    'T10x1',
    'T20x1',
    'T10x8'
  ]);

  const admin = await companion.admin();
  await admin.call(operations.admin.deleteSpec, { params: { specId: specs.items[1]!.id } });
  await companion.restart();
  const after = await (await companion.owner()).call(operations.admin.listSpecs, {});
  expect(after.total).toBe(5);
});

test('what it keeps is its owner’s alone', () => {
  const mode = (name: string) => statSync(join(companion.dataDir, name)).mode & 0o777;
  expect(mode('')).toBe(0o700);
  expect(mode('db')).toBe(0o700);
  expect(mode('secret')).toBe(0o600);
  expect(mode('admin-password')).toBe(0o600);
  expect(mode('companion.sock')).toBe(0o600);
});

test('a second process on the same directory is refused, and the first goes on', async () => {
  const second = startCompanion({ dataDir: companion.dataDir });
  await expect(second).rejects.toMatchObject({ exitCode: 4 });
  expect((await companion.fetch('/ready')).status).toBe(200);
});

test('every fault of the configuration is listed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'topsdl-config-'));
  writeFileSync(
    join(dataDir, 'config.toml'),
    '[server]\nport = 5\nlisten = "here:80"\n[database]\nreaders = 0\n[log]\nlevel = "loud"\n[project.quotas]\ncpu = "many"\ncpus = "4"\n[cluster]\ntolerations = [{ value = "x" }]\n[cluster.node_selector]\n"a b" = "x"\npool = "a/b"\n[cluster.ib.resources]\ncpu = 1\n[nonsense]\na = 1\n'
  );
  const failed = await startCompanion({
    dataDir,
    env: { TOPSDL_SESSION_DAYS: 'soon', TOPSDL_TASKS_NOTHING: '1' },
    args: ['--listen', '127.0.0.1:99999']
  }).catch((error: CompanionEnded) => error);
  rmSync(dataDir, { recursive: true });
  expect(failed).toBeInstanceOf(CompanionEnded);
  const { exitCode, stderr } = failed as CompanionEnded;
  expect(exitCode).toBe(3);
  for (const place of [
    'database.readers',
    'port',
    'log.level',
    'project.quotas.cpu: a quantity',
    'project.quotas.cpus: a resource',
    'cluster.tolerations.0.key: is needed',
    'cluster.node_selector.a b: the name of a label',
    'cluster.node_selector.pool: the value of a label',
    'cluster.ib.resources.cpu: a resource',
    'nonsense',
    '--listen: an address such as 0.0.0.0:8444',
    'TOPSDL_SESSION_DAYS',
    'TOPSDL_TASKS_NOTHING'
  ]) {
    expect(stderr).toContain(place);
  }
});

test('an engine on a cluster says what it is not told', async () => {
  const failed = await startCompanion({
    env: { TOPSDL_COMPUTE_ENGINE: 'volcano', TOPSDL_CLUSTER_TOLERATIONS: '[{"effect": "Never"}]' }
  }).catch((error: CompanionEnded) => error);
  const { exitCode, stderr } = failed as CompanionEnded;
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/TOPSDL_CLUSTER_TOLERATIONS\.0\.effect: /);

  const alone = await startCompanion({ env: { TOPSDL_COMPUTE_ENGINE: 'volcano' } }).catch(
    (error: CompanionEnded) => error
  );
  const said = (alone as CompanionEnded).stderr;
  expect(said).toContain('the configuration has 2 fault(s)');
  expect(said).toMatch(/config\.toml: cluster\.image: an image is needed/);
  expect(said).toMatch(/config\.toml: cluster\.claim: either cluster\.claim or/);

  const elsewhere = await startCompanion({
    env: {
      TOPSDL_COMPUTE_ENGINE: 'volcano',
      TOPSDL_CLUSTER_IMAGE: 'registry/image:1',
      TOPSDL_CLUSTER_HOST_PATH: '/srv/shared',
      TOPSDL_CLUSTER_VOLUME_ROOT: '/srv/shared'
    }
  }).catch((error: CompanionEnded) => error);
  expect((elsewhere as CompanionEnded).stderr).toMatch(
    /cluster\.volume_root: the data directory .* is not in \/srv\/shared/
  );
});

test('cards of a quota are whole in the configuration, too', async () => {
  const failed = await startCompanion({
    env: { TOPSDL_PROJECT_QUOTAS: '{"requests.enflame.com/dtu": "1.5"}' }
  }).catch((error: CompanionEnded) => error);
  expect((failed as CompanionEnded).stderr).toContain('a whole number of cards');
});

test('health, readiness, metrics and the description need nobody', async () => {
  expect(await (await companion.fetch('/health')).json()).toMatchObject({ status: 'ok' });
  expect((await companion.fetch('/ready')).status).toBe(200);
  const metrics = await (await companion.fetch('/metrics')).text();
  expect(metrics).toContain('topsdl_requests_total');
  expect(metrics).toContain('process_resident_memory_bytes');
  const document = (await (await companion.fetch('/openapi.json')).json()) as { openapi: string };
  expect(document.openapi).toBe('3.1.0');
  const docs = await companion.fetch('/docs');
  const html = await docs.text();
  expect(docs.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(html).toContain('account.signIn');
  expect(html).not.toMatch(/<script|https?:\/\//);
  expect((await companion.fetch('/docs/style.css')).headers.get('content-type')).toContain(
    'text/css'
  );
});

test('whoever has the secret acts as the administrator, whatever its name and password are', async () => {
  const env = { TOPSDL_ADMIN_NAME: 'chief', TOPSDL_ADMIN_PASSWORD: 'configured' };
  const configured = await startCompanion({ env });
  const ask = (secret: string) =>
    configured.fetch('/internal/administrator', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ secret })
    });
  try {
    expect((await ask('guessed')).status).toBe(401);
    const { token } = (await (await ask(configured.secret)).json()) as { token: string };
    const session = await configured.fetch('/api/account/session', {
      headers: { Authorization: `Bearer ${token}` }
    });
    expect(await session.json()).toMatchObject({ user: { name: 'chief' } });
  } finally {
    await configured.stop();
  }
});

test('it ends by itself once nobody holds it, and at once when asked with the secret', async () => {
  const short = await startCompanion({ env: { TOPSDL_SERVER_IDLE_SECONDS: '1' } });
  short.releaseLease();
  expect(await short.ended()).toBe(0);
  await short.start();
  const stop = (secret: string) =>
    short.fetch('/internal/stop', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ secret })
    });
  expect((await stop('wrong')).status).toBe(401);
  expect((await stop(short.secret)).status).toBe(202);
  expect(await short.ended()).toBe(0);
  await short.stop();
}, 30_000);
