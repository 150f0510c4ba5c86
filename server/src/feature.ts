import type { App } from './app.ts';

/** A feature of the product: registers its operations, tasks and whatever else with the companion. */
export interface Feature {
  /** The one word that names the feature everywhere. */
  readonly name: string;
  register(app: App): void | Promise<void>;
}
