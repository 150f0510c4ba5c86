import type { ServiceRoute } from '../engine.ts';
import { isApiError } from './apiError.ts';
import type { ClusterApi } from './client.ts';
import type { VolcanoEngineConfig } from './config.ts';
import type { Contact } from './contact.ts';
import { KINDS, pathOf } from './kinds.ts';
import { httpRouteManifest } from './manifests/httpRoute.ts';
import { ownSelector } from './names.ts';

/** Keeps HTTPRoutes in step with what is told of services: none where no gateway is configured, or the cluster has no Gateway API. */
export class Routes {
  readonly #config: VolcanoEngineConfig;
  readonly #api: ClusterApi;
  readonly #contact: Contact;
  /** Resolves when things can be made for a project. */
  readonly #ready: (projectId: string) => Promise<void>;
  /** What the cluster has, by path; empty text for what was there before and is not known. */
  #there: Map<string, string> | undefined;

  constructor(
    config: VolcanoEngineConfig,
    api: ClusterApi,
    contact: Contact,
    ready: (projectId: string) => Promise<void>
  ) {
    this.#config = config;
    this.#api = api;
    this.#contact = contact;
    this.#ready = ready;
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
    const wanted =
      gateway === undefined
        ? []
        : routes.map(route => ({
            route,
            manifest: httpRouteManifest(this.#config, gateway, route)
          }));
    for (const { route, manifest } of wanted) {
      const path = pathOf(KINDS.httpRoute, manifest.metadata.namespace, manifest.metadata.name);
      const text = JSON.stringify(manifest);
      left.delete(path);
      if (there.get(path) !== text) {
        await this.#ready(route.projectId);
        await this.#contact.ask(() => this.#api.apply(KINDS.httpRoute, manifest));
        there.set(path, text);
      }
    }
    for (const path of left) {
      await this.#remove(path);
      there.delete(path);
    }
  }

  /** Undefined where there can be none. */
  async #list(): Promise<Map<string, string> | undefined> {
    const labelSelector = ownSelector(this.#config.instance);
    try {
      const { items } = await this.#contact.ask(() =>
        this.#api.list(KINDS.httpRoute, undefined, { labelSelector })
      );
      return new Map(
        (items ?? []).map(({ metadata }) => [
          pathOf(KINDS.httpRoute, metadata.namespace, metadata.name),
          ''
        ])
      );
    } catch (error) {
      // Without a gateway nobody need have given the right to look.
      const none =
        isApiError(error) &&
        (error.notFound || (this.#config.gateway === undefined && error.status === 403));
      if (none) {
        return undefined;
      }
      throw error;
    }
  }

  async #remove(path: string): Promise<void> {
    try {
      await this.#contact.ask(() => this.#api.remove(path));
    } catch (error) {
      if (!isApiError(error) || !error.notFound) {
        throw error;
      }
    }
  }
}
