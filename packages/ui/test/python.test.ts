import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operations, type Operation } from '@topsdl/contract';
import { startCompanion, type Companion } from '@topsdl/testing';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { Asked, pythonCell, pythonThing, type PythonPlace } from '../src/form/python.ts';
import type { Values } from '../src/form/fields.ts';

const { algorithms, datasets, labeling, models, projects, serving, training } = operations;

let companion: Companion;
/** Ids of what the snippets are about, by the parameters of addresses. */
const ids: Record<string, string> = {};
let specId = '';
let place: (...projects: string[]) => PythonPlace;

beforeAll(async () => {
  companion = await startCompanion();
  const owner = await companion.owner();
  const { items } = await owner.call(projects.list, { query: {} });
  const project = items[0]!;
  place = (...others) =>
    ({
      session: {
        projects: [project, ...others.map(name => ({ ...project, name }))],
        project,
        may: () => false
      }
    }) as unknown as PythonPlace;
  const params = { projectId: project.id };
  const scenario = 'image-classification' as const;
  specId = (await owner.call(operations.admin.listSpecs, { query: {} })).items[0]!.id;
  const dataset = await owner.call(datasets.create, {
    params,
    body: { name: '数据 1', dataType: 'image', annotationType: 'classification' }
  });
  const datasetVersion = await owner.call(datasets.createVersion, {
    params: { datasetId: dataset.id },
    body: {}
  });
  const label = await owner.call(labeling.createLabel, {
    params: { datasetId: dataset.id },
    body: { name: 'cat' }
  });
  const set = await owner.call(algorithms.create, { params, body: { name: 'digits', scenario } });
  await owner.call(algorithms.createVersion, { params: { setId: set.id }, body: {} });
  const modelSet = await owner.call(models.create, { params, body: { name: 'm', scenario } });
  const model = await owner.call(models.createVersion, {
    params: { setId: modelSet.id },
    body: {}
  });
  const definition = await owner.call(training.create, {
    params,
    body: { name: 't', command: 'true', specId, nodes: 1 }
  });
  const pack = await owner.call(serving.createPackage, { params, body: { name: 'p', scenario } });
  const service = await owner.call(serving.createService, { params, body: { name: 's' } });
  Object.assign(ids, {
    datasetId: dataset.id,
    versionId: datasetVersion.id,
    labelId: label.id,
    setId: set.id,
    modelVersionId: model.id,
    trainingId: definition.id,
    packageId: pack.id,
    serviceId: service.id
  });
}, 120_000);

afterAll(() => companion?.stop());

/** Runs cells one after the other in one Python, as a kernel would. @returns what went wrong */
function run(cells: readonly string[]): string {
  const { stderr, status } = spawnSync('python', ['-c', RUN], {
    input: JSON.stringify(cells),
    encoding: 'utf8',
    env: {
      ...process.env,
      PYTHONPATH: resolve(import.meta.dirname, '../../../python'),
      TOPSDL_DATA_DIR: companion.dataDir
    }
  });
  return status === 0 ? '' : stderr;
}

const RUN = `
import getpass, json, sys, topsdl, topsdl.client
getpass.getpass = lambda prompt: "secret-1"
for cell in json.load(sys.stdin):
    names = {}
    try:
        exec(compile(cell, "cell", "exec"), names)
    except topsdl.client.ProblemError as error:
        # Well asked, though there is nothing to do it with.
        if error.code != "nothing-labeled":
            sys.exit(f"{cell}\\n{error.code}: {error}")
    except Exception as error:
        sys.exit(f"{cell}\\n{type(error).__name__}: {error}")
`;

/** What the forms copy: an operation, parameters of its address, a body as the form sends it. */
const forms = (): [Operation, string[], Values][] => {
  const scenario = 'image-ocr';
  return [
    [datasets.create, [], { name: 'd', dataType: 'image', annotationType: 'classification' }],
    [datasets.update, ['datasetId'], { name: '新的名字' }],
    [datasets.startTrainingData, ['versionId'], { seed: 1, testShare: 0.25 }],
    [datasets.startExport, ['versionId'], { format: 'topsdl', withData: true, regenerate: false }],
    [labeling.updateLabel, ['labelId'], { name: 'dog', color: '#336699', shortcut: null }],
    [algorithms.create, [], { name: 'a', scenario, details: 'two\nlines' }],
    [algorithms.update, ['setId'], { details: '' }],
    [
      training.create,
      [],
      {
        name: 'again',
        command: 'echo "a\\tb" && true',
        specId,
        nodes: 2,
        datasetVersionIds: [],
        modelVersionIds: [ids['modelVersionId']],
        saveModelSetId: null,
        environment: { KEY: "it's" },
        graceSeconds: 10
      }
    ],
    [training.update, ['trainingId'], { nodes: 2 }],
    [serving.createPackage, [], { name: 'q', scenario }],
    [serving.updatePackage, ['packageId'], { details: 'x' }],
    [
      serving.createPackageVersion,
      ['packageId'],
      {
        modelVersionIds: [ids['modelVersionId']],
        baseImage: 'host',
        port: 8080,
        arguments: ['python3', 'serve.py'],
        build: false
      }
    ],
    [serving.createService, [], { name: 'r' }],
    [serving.updateService, ['serviceId'], { details: 'y' }]
  ];
};

test('what forms copy runs in a notebook as it stands', () => {
  const cells = forms().map(([operation, params, body]) =>
    pythonCell(
      place(),
      operation,
      Object.fromEntries(params.map(name => [name, ids[name] ?? ''])),
      body
    )
  );
  expect(run(cells)).toBe('');
});

test('what administrators copy runs, and asks for passwords', () => {
  const admin = {
    session: { ...place().session, may: () => true }
  } as unknown as PythonPlace;
  const { createSpec, createUser } = operations.admin;
  const user = { name: 'u', password: new Asked('Password'), email: null, permissions: ['data'] };
  const spec = { name: 'c', model: 'CPU', cpu: 1, memoryBytes: 2 ** 30, cards: 0 };
  const more = { cardResource: null, ib: false, roce: false };
  const quotas = [{ resource: 'cpu', limit: '4' }];
  const cells = [
    pythonCell(admin, createUser, {}, user),
    pythonCell(admin, createSpec, {}, { ...spec, ...more }),
    pythonCell(admin, projects.create, {}, { name: 'other', quotas, memberIds: [] })
  ];
  expect(cells[0]).not.toContain('secret');
  expect(run(cells)).toBe('');
});

test('what is dragged is the thing that was dragged', () => {
  const check = (python: string, more: string) => `import topsdl\nit = ${python}\n${more}`;
  const own = place();
  expect(
    run([
      check(pythonThing(own, 'dataset', '新的名字', { version: 1 }), 'assert it.counts'),
      check(pythonThing(own, 'algorithm', 'digits', { public: false }), 'it.files()'),
      check(pythonThing(place('other'), 'model', 'm', { version: 1 }), 'it.files()'),
      check(pythonThing(own, 'service', 's'), `assert it.id == "${ids['serviceId']}"`)
    ])
  ).toBe('');
  expect(pythonThing(own, 'run', 't', { number: 3 })).toBe('topsdl.run("t", number=3)');
  expect(pythonThing(place('other'), 'model', 'm')).toBe('topsdl.model("m", project="default")');
});
