import { collectDefaultMetrics, Gauge } from 'prom-client';
import type { App } from '../../app.ts';
import { newId } from '../../db/ids.ts';
import type { Feature } from '../../feature.ts';
import { attempt } from '../../housekeeping.ts';
import { docsMount, documentMount } from './documents.ts';
import { internalMount } from './internal.ts';
import { registerRoutes } from './routes.ts';
import { healthMount, metricsMount, readyMount } from './probes.ts';

/** The installation itself: health, metrics, the API's description, leases. */
export const feature: Feature = {
  name: 'system',
  register(app) {
    collectDefaultMetrics({ register: app.metrics });
    new Gauge({
      name: 'topsdl_tasks_active',
      help: 'Tasks that wait or run',
      registers: [app.metrics],
      collect() {
        this.set(app.tasks.active);
      }
    });
    new Gauge({
      name: 'topsdl_leases',
      help: 'JupyterLabs that hold this companion',
      registers: [app.metrics],
      collect() {
        this.set(app.life.leases);
      }
    });
    new Gauge({
      name: 'topsdl_events_seq',
      help: 'Number of the newest event',
      registers: [app.metrics],
      collect() {
        this.set(app.events.seq);
      }
    });
    app.http.mount('health', healthMount(app));
    app.http.mount('ready', readyMount(app));
    app.http.mount('metrics', metricsMount(app));
    app.http.mount('docs', docsMount(app));
    app.http.mount('openapi.json', documentMount(app));
    app.http.mount('internal', internalMount(app));
    registerRoutes(app);
    app.life.onStart(() => void noteMissing(app));
    app.compute.onSilence?.(() => attempt(app.log, () => tellOfSilence(app)));
  }
};

/** Panels show since when what they show is old. */
function tellOfSilence({ compute, db, log }: App): void {
  if (compute.silence) {
    log.warn(compute.silence, 'the compute engine hears nothing of what runs');
  } else {
    log.info('the compute engine hears of what runs again');
  }
  db.write(tx =>
    tx.emit({
      type: 'updated',
      kind: 'installation',
      id: newId(),
      projectId: null,
      byUserId: null
    })
  );
}

/** Says in the log what this machine lacks; nobody waits for it. */
async function noteMissing({ compute, log }: App): Promise<void> {
  const { missing, notes } = await compute.check();
  for (const { program, needed, install } of missing) {
    log.warn({ program, needed, install }, 'a program is missing');
  }
  for (const note of notes) {
    log.warn(note);
  }
}
