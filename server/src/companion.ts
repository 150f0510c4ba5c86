import { randomUUID, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { Counter, Histogram, Registry } from 'prom-client';
import { Access } from './access/access.ts';
import type { App, Options } from './app.ts';
import { createEngine } from './compute/create.ts';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import { startDatabase } from './db/start.ts';
import { settings } from './db/table.ts';
import { productVersion } from './entry.ts';
import { Events } from './events/hub.ts';
import { eventSocket } from './events/socket.ts';
import { eventStream } from './events/sse.ts';
import { Topics } from './events/topics.ts';
import type { Feature } from './feature.ts';
import type { DataDirectory } from './files/layout.ts';
import { every } from './housekeeping.ts';
import { Authenticator } from './http/authenticate.ts';
import { forgetOldAnswers } from './http/idempotency.ts';
import { ApiRouter } from './http/router.ts';
import { HttpServer } from './http/server.ts';
import { Life } from './life.ts';
import { Services } from './services.ts';
import { registerTasks } from './tasks/routes.ts';
import { TaskRunner } from './tasks/runner.ts';
import { Usage } from './usage.ts';
import { Uses } from './uses.ts';

export interface CompanionParts {
  readonly options: Options;
  readonly config: Config;
  readonly files: DataDirectory;
  readonly log: Logger;
  readonly features: readonly Feature[];
}

const FORGET_EVERY = 3_600_000;

/** Puts the companion together and starts its work. Requests come once it listens. */
export async function createCompanion(parts: CompanionParts): Promise<App> {
  const { options, config, files, log } = parts;
  const db = startDatabase(files, config.database.readers, log);
  const access = new Access();
  const events = new Events(db, log);
  const instance = instanceOf(db);
  const authenticator = new Authenticator(access, instance);
  const metrics = new Registry();
  const http = new HttpServer(log);
  const version = productVersion();
  const app: App = {
    version,
    instance,
    bootId: randomUUID(),
    options,
    config,
    log,
    files,
    db,
    events,
    topics: new Topics(access),
    tasks: new TaskRunner(db, files, log, config.tasks.concurrency),
    access,
    authenticator,
    api: new ApiRouter({
      db,
      access,
      authenticator,
      log,
      checkResponses: config.server.check_responses,
      onAnswered: requestMetrics(metrics)
    }),
    http,
    usage: new Usage(),
    uses: new Uses(),
    services: new Services(),
    life: new Life(log, config.server.idle_seconds * 1000),
    metrics,
    compute: await createEngine({ config, files, options, log, instance }),
    features: parts.features.map(({ name }) => name)
  };
  await wire(app, parts.features);
  return app;
}

async function wire(app: App, features: readonly Feature[]): Promise<void> {
  const { access, authenticator, db, events, http, life, log, tasks, topics, version } = app;
  const socket = eventSocket({ events, topics, access, authenticator, version, log });
  http.mount('events', eventStream(events, access, authenticator, version));
  http.mount('ws', socket);

  // Stopped in the opposite order: no requests, no work, then what both stand on.
  life.onStop('database', () => db.close());
  life.onStop('compute', () => app.compute.close());
  life.onStop('events', () => {
    events.close();
    access.live.close();
  });
  life.onStop('tasks', () => tasks.stop());
  life.onStop('http', async () => {
    socket.close();
    await http.close();
  });
  life.onStop(
    'idempotency',
    every(FORGET_EVERY, log, () => forgetOldAnswers(db))
  );
  life.registerAlive(() => ({ kind: 'task', count: tasks.active }));

  registerTasks(app);
  for (const feature of features) {
    await feature.register(app);
  }
  http.app.use('/api', app.api.router);
  app.api.finish();
  http.finish();
  await life.start();
  tasks.start();
}

/** The installation's short name, made once. */
function instanceOf(db: Database): string {
  db.orm
    .insert(settings)
    .values({ name: 'instance', value: randomBytes(6).toString('hex') })
    .onConflictDoNothing()
    .run();
  const row = db.sqlite
    .prepare<[], { value: string }>("SELECT value FROM settings WHERE name = 'instance'")
    .get();
  return row?.value ?? '';
}

function requestMetrics(metrics: Registry) {
  const requests = new Counter({
    name: 'topsdl_requests_total',
    help: 'Answers by operation and status',
    labelNames: ['operation', 'status'],
    registers: [metrics]
  });
  const seconds = new Histogram({
    name: 'topsdl_request_seconds',
    help: 'Time to an answer by operation',
    labelNames: ['operation'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [metrics]
  });
  return (operation: string, status: number, took: number) => {
    requests.inc({ operation, status });
    seconds.observe({ operation }, took);
  };
}
