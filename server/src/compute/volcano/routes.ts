import type { ServiceRoute } from '../engine.ts';
import { isApiError } from './apiError.ts';
import type { ClusterApi } from './client.ts';
import type { GatewayConfig, VolcanoEngineConfig } from './config.ts';
import type { Contact } from './contact.ts';
import { KINDS, pathOf } from './kinds.ts';
import { httpRouteManifest, type HttpRoute } from './manifests/httpRoute.ts';
import { ownSelector } from './names.ts';
import type { Projects } from './projects.ts';
import { removeIfThere } from './removal.ts';

/** Keeps HTTPRoutes in step with what is told of services: none where no gateway is configured, or the cluster has no Gateway API. */
export class Routes {
  readonly #config: VolcanoEngineConfig;
  readonly #api: ClusterApi;
  readonly #contact: Contact;
  readonly #projects: Projects;
  /** What the cluster has, by path; empty text for what was there before and is not known. */
  #there: Map<string, string> | undefined;

  constructor(config: VolcanoEngineConfig, api: ClusterApi, contact: Contact, projects: Projects) {
    this.#config = config;
    this.#api = api;
    this.#contact = contact;
    this.#projects = projects;
  }

  /** One call at a time. @throws ApiError */
  async set(routes: readonly ServiceRoute[]): Promise<void> {
    this.#there ??= await this.#list();
    const there = this.#there;
    if (there === undefined) {
      return;
    }
    const { gateway } = this.#config;
    const left = new Set(there.keys());
    const steps: (() => Promise<void>)[] = [];
    const wanted =
      gateway === undefined
        ? []
        : routes.map(route => ({ route, manifest: this.#manifest(gateway, route) }));
    for (const { route, manifest } of wanted) {
      const path = pathOf(KINDS.httpRoute, manifest.metadata.namespace, manifest.metadata.name);
      const text = JSON.stringify(manifest);
      left.delete(path);
      if (there.get(path) !== text) {
        steps.push(async () => {
          await this.#projects.ready(route.projectId);
          await this.#contact.ask(() => this.#api.apply(KINDS.httpRoute, manifest));
          there.set(path, text);
        });
      }
    }
    for (const path of left) {
      steps.push(async () => {
        await removeIfThere(this.#api, this.#contact, path);
        there.delete(path);
      });
    }
    // One that cannot be made keeps none of the others from being so.
    const results = await Promise.allSettled(steps.map(step => step()));
    const failed = results.find(result => result.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
  }

  #manifest(gateway: GatewayConfig, route: ServiceRoute): HttpRoute {
    const namespace = this.#projects.namespaceOf(route.projectId);
    return httpRouteManifest(this.#config, gateway, namespace, route);
  }

  /** Undefined where there can be none. */
  async #list(): Promise<Map<string, string> | undefined> {
    const labelSelector = ownSelector(this.#config.instance);
    const namespaces = this.#config.watch === 'cluster' ? [undefined] : this.#projects.namespaces();
    const found = new Map<string, string>();
    try {
      for (const namespace of namespaces) {
        const { items } = await this.#contact.ask(() =>
          this.#api.list(KINDS.httpRoute, namespace, { labelSelector })
        );
        for (const { metadata } of items ?? []) {
          found.set(pathOf(KINDS.httpRoute, metadata.namespace, metadata.name), '');
        }
      }
      return found;
    } catch (error) {
      // Without a gateway nobody need have given the right to look.
      const none =
        isApiError(error) &&
        (error.notFound || (this.#config.gateway === undefined && error.forbidden));
      if (none) {
        return undefined;
      }
      throw error;
    }
  }
}
