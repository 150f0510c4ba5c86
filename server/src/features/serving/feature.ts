import type { Feature } from '../../feature.ts';
import { createGateway } from '../../gateway/index.ts';
import { workloadsOf } from '../../reconcile/service.ts';
import { Admissions } from './admission.ts';
import { Builds } from './builds.ts';
import { Packages } from './packages.ts';
import { exportMetrics } from './prometheus.ts';
import { Replicas } from './replicas.ts';
import { registerRoutes } from './routes.ts';
import { ServingService } from './service.ts';
import { defineTopics } from './streams.ts';
import { trafficMount } from './traffic.ts';

/** Model packages, online services and the gateway in front of them. */
export const feature: Feature = {
  name: 'serving',
  register(app) {
    const { reconciler } = workloadsOf(app);
    const gateway = createGateway();
    const packages = new Packages(app);
    const builds = new Builds(app, packages, reconciler);
    const replicas = new Replicas({ app, gateway, packages, builds, reconciler });
    const service = new ServingService({ app, packages, builds, replicas, reconciler });
    reconciler.register(builds);
    reconciler.register(replicas);

    app.access.registerOwner('/packages/{packageId}', id => packages.find(id));
    app.access.registerOwner('/package-versions/{packageVersionId}', id => {
      const row = packages.findVersion(id);
      return row && { projectId: row.projectId, parentId: row.packageId };
    });
    app.access.registerOwner('/services/{serviceId}', id => service.find(id));

    app.uses.register('model-version', id => packages.usesOfSetVersion('models', id));
    app.uses.register('algorithm-version', id => packages.usesOfSetVersion('algorithms', id));
    app.uses.register('package-version', id => service.usesOfPackageVersion(id));
    app.uses.register('compute-spec', id => service.usesOfSpec(id));
    app.uses.register('project', id => [
      ...packages.usesOfProject(id),
      ...service.usesOfProject(id)
    ]);
    app.usage.registerCount('services', projectId => service.count(projectId));
    app.usage.registerStorage(projectId => packages.bytes(projectId));

    const callers = {
      access: app.access,
      authenticator: app.authenticator,
      projectOf: (id: string) => service.find(id)
    };
    const admissions = new Admissions(callers);
    app.http.mount('services', trafficMount(callers, admissions, gateway));
    app.http.onServer(server => gateway.attach(server, request => admissions.admits(request)));
    app.access.live.onRecheck(() => gateway.recheck());
    exportMetrics(app.metrics, gateway);
    registerRoutes({ app, gateway, packages, builds, replicas, service });
    defineTopics({ app, gateway, reconciler, service, builds, replicas });

    app.life.onStart(async () => {
      await builds.start();
      replicas.start();
    });
    app.life.onStop('gateway', () => {
      replicas.close();
      gateway.close();
    });
  }
};
