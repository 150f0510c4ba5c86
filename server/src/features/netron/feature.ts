import type { Feature } from '../../feature.ts';
import { netronMount } from './mount.ts';
import { findNetron } from './package.ts';

/**
 * Netron, which shows model files as graphs: the page of the Python package, below our own address.
 * It reads a model by the API like anyone else, so nobody sees a file there that they may not read.
 */
export const feature: Feature = {
  name: 'netron',
  register(app) {
    let found: Promise<string | null> | undefined;
    const folder = () => {
      found ??= findNetron(app.options.python ?? 'python3').then(path => {
        if (path === null) {
          // Asked for again, once somebody has installed it.
          found = undefined;
        }
        return path;
      });
      return found;
    };
    app.http.mount('netron', netronMount(folder, app.authenticator));
  }
};
