import { ProblemError, type Client } from '@topsdl/client';
import {
  operations,
  type TrainingBody,
  type ComputeSpec,
  type FileSet,
  type SetVersion,
  type Training,
  type TrainingRun
} from '@topsdl/contract';
import type { z } from 'zod';
import { startCompanion, type Companion, type CompanionOptions } from '@topsdl/testing';

const ENDED = ['completed', 'failed', 'stopped', 'lost'];

/** A companion with what training needs: its owner, the first project and a small compute spec. */
export class Stage {
  readonly companion: Companion;
  readonly owner: Client;
  readonly admin: Client;
  readonly projectId: string;
  readonly spec: ComputeSpec;
  #token: Promise<string> | undefined;

  constructor(parts: Pick<Stage, 'companion' | 'owner' | 'admin' | 'projectId' | 'spec'>) {
    this.companion = parts.companion;
    this.owner = parts.owner;
    this.admin = parts.admin;
    this.projectId = parts.projectId;
    this.spec = parts.spec;
  }

  async set(kind: 'algorithms' | 'models', name: string): Promise<FileSet> {
    return this.owner.call(operations[kind].create, {
      params: { projectId: this.projectId },
      body: { name, scenario: 'image-classification' }
    });
  }

  /** A set with one version that holds these files. */
  async version(
    kind: 'algorithms' | 'models',
    name: string,
    files: Readonly<Record<string, string | Uint8Array>>
  ): Promise<SetVersion> {
    const set = await this.set(kind, name);
    const version = await this.owner.call(operations[kind].createVersion, {
      params: { setId: set.id },
      body: {}
    });
    for (const [path, content] of Object.entries(files)) {
      await this.write(kind, version.id, path, content);
    }
    return version;
  }

  async write(
    kind: 'algorithms' | 'models',
    versionId: string,
    path: string,
    content: string | Uint8Array
  ): Promise<void> {
    await this.owner.call(
      operations[kind].writeFile,
      { params: { versionId }, query: { path } },
      { rawBody: typeof content === 'string' ? new TextEncoder().encode(content) : content }
    );
  }

  async training(
    name: string,
    command: string,
    more: Partial<z.input<typeof TrainingBody>> = {}
  ): Promise<Training> {
    return this.owner.call(operations.training.create, {
      params: { projectId: this.projectId },
      body: { name, command, specId: this.spec.id, nodes: 1, graceSeconds: 2, ...more }
    });
  }

  async startRun(training: Training): Promise<TrainingRun> {
    return this.owner.call(operations.training.startRun, { params: { trainingId: training.id } });
  }

  run(runId: string): Promise<TrainingRun> {
    return this.owner.call(operations.training.getRun, { params: { runId } });
  }

  /** A user of a project of their own. @returns the value of an Authorization header */
  async member(name: string): Promise<string> {
    const password = 'password';
    const permissions = ['platform', 'data'] as const;
    const { id } = await this.admin.call(operations.admin.createUser, {
      body: { name, password, permissions: [...permissions] }
    });
    await this.admin.call(operations.projects.create, {
      body: { name: `of ${name}`, memberIds: [id] }
    });
    return `Bearer ${await this.companion.tokenOf(name, password)}`;
  }

  until(runId: string, is: (run: TrainingRun) => boolean, limitMs?: number): Promise<TrainingRun> {
    return this.watch(() => this.run(runId), is, limitMs);
  }

  /** Looks at something after each event, of whatever project, until it is as asked for. */
  async watch<T>(look: () => Promise<T>, is: (seen: T) => boolean, limitMs = 60_000): Promise<T> {
    const response = await this.companion.fetch('/events', {
      headers: {
        authorization: await this.#administrator(),
        accept: 'text/event-stream'
      },
      signal: AbortSignal.timeout(limitMs)
    });
    const reader = response.body?.getReader();
    try {
      for (;;) {
        const seen = await look();
        if (is(seen)) {
          return seen;
        }
        const read = await reader?.read().catch(async () => {
          throw new Error(`it is still so: ${JSON.stringify(await look())}`);
        });
        if (!read || read.done) {
          throw new Error('the events ended');
        }
      }
    } finally {
      await reader?.cancel().catch(() => undefined);
    }
  }

  /** Ends what still runs, and then the companion. */
  async close(): Promise<void> {
    const { items } = await this.admin.call(operations.projects.list, { query: { limit: 200 } });
    for (const { id } of items) {
      const look = async () => {
        const { running, waiting } = await this.admin.call(operations.projects.overview, {
          params: { projectId: id }
        });
        return [...running, ...waiting].filter(({ kind }) => kind === 'training-run');
      };
      for (const run of await look()) {
        await this.admin
          .call(operations.training.stopRun, { params: { runId: run.id } })
          .catch((error: unknown) => {
            // It ended between the look and the stop.
            if (!(error instanceof ProblemError && error.code === 'wrong-state')) {
              throw error;
            }
          });
      }
      await this.watch(look, left => left.length === 0);
    }
    await this.companion.stop();
  }

  /** One session for all: a companion that was started again knows it still. */
  async #administrator(): Promise<string> {
    const { companion } = this;
    this.#token ??= companion.tokenOf('admin', companion.adminPassword);
    return `Bearer ${await this.#token}`;
  }

  ended(runId: string, limitMs?: number): Promise<TrainingRun> {
    return this.until(runId, run => ENDED.includes(run.state), limitMs);
  }

  /** All lines of a run so far, without the nodes' names. */
  async text(runId: string, node?: string): Promise<string[]> {
    const { lines } = await this.owner.call(operations.training.logs, {
      params: { runId },
      query: node === undefined ? {} : { node }
    });
    return lines.map(line => line.text);
  }
}

/** Starts a companion and sets the stage. End it with `stage.close()`. */
export async function setStage(options: CompanionOptions = {}): Promise<Stage> {
  const companion = await startCompanion(options);
  return openStage(companion);
}

/** The stage on a companion that runs. */
export async function openStage(companion: Companion): Promise<Stage> {
  const [owner, admin] = await Promise.all([companion.owner(), companion.admin()]);
  const projects = await owner.call(operations.projects.list, {});
  const project = projects.items[0];
  if (!project) {
    throw new Error('there is no project');
  }
  const specs = await admin.call(operations.admin.listSpecs, { query: { search: 'small' } });
  const spec =
    specs.items[0] ??
    (await admin.call(operations.admin.createSpec, {
      body: {
        name: 'small',
        model: 'cpu',
        cpu: 0.5,
        memoryBytes: 512 * 1024 ** 2,
        cards: 0,
        cardResource: null,
        ib: false,
        roce: false
      }
    }));
  return new Stage({ companion, owner, admin, projectId: project.id, spec });
}
