import { z } from 'zod';
import { access, operation } from './operation.ts';
import { LogPage, LogQuery, NodeStats } from './logs.ts';
import { NamedPageQuery, page, PageQuery } from './page.ts';
import { Holder } from './projects.ts';
import { Command, Environment, Id, Name, queryInteger, text, Time, UserRef } from './rules.ts';
import { FileEntry, SetVersion } from './sets.ts';

/** A dataset, algorithm or model version that a job mounts, with the names to show. */
export const MountRef = z
  .object({ versionId: Id, setId: Id, name: z.string(), number: z.number().int() })
  .meta({ id: 'MountRef' });
export type MountRef = z.infer<typeof MountRef>;

export const RunState = z
  .enum(['pending', 'starting', 'running', 'stopping', 'stopped', 'failed', 'completed', 'lost'])
  .meta({ id: 'RunState' });
export type RunState = z.infer<typeof RunState>;

/** Why something waits or ended as it did: a code of the catalogue with its parameters, and the sentence. */
export const Reason = z
  .object({
    code: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
    detail: z.string()
  })
  .meta({ id: 'Reason' });
export type Reason = z.infer<typeof Reason>;

export const TrainingRun = z
  .object({
    id: Id,
    trainingId: Id,
    name: z.string(),
    number: z.number().int(),
    /** Grows with each resume from the checkpoint. */
    attempt: z.number().int(),
    state: RunState,
    reason: Reason.nullable(),
    /** What it waits for, and who holds it; null unless pending. */
    waiting: z
      .object({
        position: z.number().int(),
        lacking: z.array(
          z.object({
            resource: z.string(),
            requested: z.number(),
            used: z.number(),
            limit: z.number()
          })
        ),
        holders: z.array(Holder)
      })
      .nullable(),
    nodes: z.array(
      z.object({
        name: z.string(),
        role: z.enum(['master', 'worker']),
        state: z.enum(['starting', 'running', 'ended', 'failed']),
        exitCode: z.number().int().nullable()
      })
    ),
    exitCode: z.number().int().nullable(),
    /** Taken from the event files: the newest step and, where the program says it, the last. */
    progress: z.object({ step: z.number(), total: z.number().nullable() }).nullable(),
    modelVersionId: Id.nullable(),
    createdAt: Time,
    startedAt: Time.nullable(),
    endedAt: Time.nullable(),
    /** Its end has been seen to: the model is saved, and what it held is given back. */
    settled: z.boolean(),
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'TrainingRun' });
export type TrainingRun = z.infer<typeof TrainingRun>;

export const Training = z
  .object({
    id: Id,
    projectId: Id,
    name: Name,
    datasets: z.array(MountRef),
    algorithms: z.array(MountRef),
    models: z.array(MountRef),
    image: z.literal('host'),
    specId: Id,
    specName: z.string(),
    command: Command,
    environment: Environment,
    nodes: z.number().int(),
    /** Seconds between the polite signal and the end of everything. */
    graceSeconds: z.number().int(),
    saveModelSetId: Id.nullable(),
    saveModelSetName: z.string().nullable(),
    runCount: z.number().int(),
    /** The newest five, newest first. */
    runs: z.array(TrainingRun),
    createdAt: Time,
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'Training' });
export type Training = z.infer<typeof Training>;

export const TrainingBody = z
  .object({
    name: Name,
    datasetVersionIds: z.array(Id).max(20).optional(),
    algorithmVersionIds: z.array(Id).max(20).optional(),
    modelVersionIds: z.array(Id).max(20).optional(),
    image: z.literal('host').optional(),
    specId: Id,
    command: Command,
    environment: Environment.optional(),
    nodes: z.number().int().min(1).max(64),
    graceSeconds: z.number().int().min(0).max(3600).optional(),
    saveModelSetId: Id.nullable().optional()
  })
  .strict();

/** One curve: parallel arrays, thinned to at most 1,000 points that keep the extremes. */
export const MetricSeries = z
  .object({
    tag: z.string(),
    steps: z.array(z.number()),
    values: z.array(z.number().nullable()),
    times: z.array(z.number())
  })
  .meta({ id: 'MetricSeries' });
export type MetricSeries = z.infer<typeof MetricSeries>;

const read = access.read('platform', 'admin');
const write = access.write('platform', 'admin');
const TrainingParams = z.object({ trainingId: Id });
const RunParams = z.object({ runId: Id });

export const training = {
  list: operation({
    id: 'training.list',
    method: 'GET',
    path: '/projects/{projectId}/training',
    summary: 'Training definitions with their newest runs.',
    access: read,
    params: z.object({ projectId: Id }),
    query: NamedPageQuery,
    response: page(Training)
  }),
  create: operation({
    id: 'training.create',
    method: 'POST',
    path: '/projects/{projectId}/training',
    summary: 'Create a training definition.',
    access: write,
    params: z.object({ projectId: Id }),
    body: TrainingBody,
    response: Training,
    status: 201
  }),
  get: operation({
    id: 'training.get',
    method: 'GET',
    path: '/training/{trainingId}',
    summary: 'One training definition.',
    access: read,
    params: TrainingParams,
    response: Training
  }),
  update: operation({
    id: 'training.update',
    method: 'PATCH',
    path: '/training/{trainingId}',
    summary: 'Edit a definition; runs keep what they were started with.',
    access: write,
    params: TrainingParams,
    body: TrainingBody.partial(),
    response: Training
  }),
  delete: operation({
    id: 'training.delete',
    method: 'DELETE',
    path: '/training/{trainingId}',
    summary: 'Delete a definition that has no runs.',
    access: write,
    params: TrainingParams
  }),
  copy: operation({
    id: 'training.copy',
    method: 'POST',
    path: '/training/{trainingId}/copy',
    summary: 'Copy a definition under another name.',
    access: write,
    params: TrainingParams,
    body: z.object({ name: Name }).strict(),
    response: Training,
    status: 201
  }),
  startRun: operation({
    id: 'training.startRun',
    method: 'POST',
    path: '/training/{trainingId}/runs',
    summary: 'Start a run; it waits with the reason shown while the quota is used up.',
    access: write,
    params: TrainingParams,
    idempotencyKey: true,
    response: TrainingRun,
    status: 201
  }),
  listRuns: operation({
    id: 'training.listRuns',
    method: 'GET',
    path: '/training/{trainingId}/runs',
    summary: 'Runs of a definition, newest first.',
    access: read,
    params: TrainingParams,
    query: PageQuery.pick({ cursor: true, limit: true }),
    response: page(TrainingRun)
  }),
  getRun: operation({
    id: 'training.getRun',
    method: 'GET',
    path: '/training-runs/{runId}',
    summary: 'One run.',
    access: read,
    params: RunParams,
    response: TrainingRun
  }),
  runConfiguration: operation({
    id: 'training.runConfiguration',
    method: 'GET',
    path: '/training-runs/{runId}/configuration',
    summary: 'What the run was started with.',
    access: read,
    params: RunParams,
    response: Training.omit({ runs: true, runCount: true })
  }),
  stopRun: operation({
    id: 'training.stopRun',
    method: 'POST',
    path: '/training-runs/{runId}/stop',
    summary: 'Stop a pending or running run.',
    access: write,
    params: RunParams,
    response: TrainingRun,
    status: 202
  }),
  resumeRun: operation({
    id: 'training.resumeRun',
    method: 'POST',
    path: '/training-runs/{runId}/resume',
    summary: 'Go on from the checkpoint as a new attempt; for ended runs only.',
    access: write,
    params: RunParams,
    response: TrainingRun,
    status: 202
  }),
  deleteRun: operation({
    id: 'training.deleteRun',
    method: 'DELETE',
    path: '/training-runs/{runId}',
    summary: 'Delete an ended run with its logs and its persistent-model.',
    access: write,
    params: RunParams
  }),
  saveModel: operation({
    id: 'training.saveModel',
    method: 'POST',
    path: '/training-runs/{runId}/model-version',
    summary: 'Save the persistent-model of a stopped or failed run as a model version.',
    access: write,
    params: RunParams,
    body: z.object({ modelSetId: Id }).strict(),
    response: SetVersion,
    status: 201
  }),
  logs: operation({
    id: 'training.logs',
    method: 'GET',
    path: '/training-runs/{runId}/logs',
    summary: 'A stretch of the logs of all nodes or of one.',
    access: read,
    params: RunParams,
    query: LogQuery,
    response: LogPage
  }),
  logContent: operation({
    id: 'training.logContent',
    method: 'GET',
    path: '/training-runs/{runId}/logs/content',
    summary: 'Download the logs as they were written.',
    access: read,
    params: RunParams,
    query: z.object({ node: text(0, 100).optional() }),
    rawResponse: { contentType: 'text/plain', description: 'the lines' }
  }),
  logStream: operation({
    id: 'training.logStream',
    method: 'GET',
    path: '/training-runs/{runId}/logs/stream',
    summary: 'Follow the logs as server-sent events, each a `LogPage`; ends with the run.',
    access: read,
    params: RunParams,
    query: LogQuery.omit({ limit: true }),
    rawResponse: { contentType: 'text/event-stream', description: 'LogPage events' }
  }),
  stats: operation({
    id: 'training.stats',
    method: 'GET',
    path: '/training-runs/{runId}/stats',
    summary: 'Monitoring per node: the samples kept, thinned to at most 300 a node.',
    access: read,
    params: RunParams,
    query: z.object({ minutes: queryInteger(1, 43200).optional() }),
    response: z.object({ samples: z.array(NodeStats) })
  }),
  events: operation({
    id: 'training.events',
    method: 'GET',
    path: '/training-runs/{runId}/events',
    summary: 'What happened to the run, oldest first.',
    access: read,
    params: RunParams,
    response: z.object({
      items: z.array(
        z.object({
          time: Time,
          attempt: z.number().int(),
          type: z.enum(['normal', 'warning']),
          reason: Reason
        })
      )
    })
  }),
  metrics: operation({
    id: 'training.metrics',
    method: 'GET',
    path: '/training-runs/{runId}/metrics',
    summary: 'Curves from the TensorBoard event files in persistent-model.',
    access: read,
    params: RunParams,
    response: z.object({ series: z.array(MetricSeries) })
  }),
  files: operation({
    id: 'training.files',
    method: 'GET',
    path: '/training-runs/{runId}/files',
    summary: 'Files in the persistent-model of a run.',
    access: read,
    params: RunParams,
    response: z.object({ items: z.array(FileEntry) })
  }),
  fileContent: operation({
    id: 'training.fileContent',
    method: 'GET',
    path: '/training-runs/{runId}/files/content',
    summary: 'Download a file of the persistent-model.',
    access: read,
    params: RunParams,
    query: z.object({ path: text(1, 1024) }),
    rawResponse: { contentType: 'application/octet-stream', description: 'the file' }
  })
};
