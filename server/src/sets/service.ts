import type { App } from '../app.ts';
import { ServiceToken } from '../services.ts';
import { Contents } from './contents.ts';
import { Sets } from './sets.ts';
import type { SetKind } from './table.ts';

/** A kind of sets, for other features: its rows and its files. */
export interface SetService {
  readonly sets: Sets;
  readonly contents: Contents;
}

export const algorithmSets = new ServiceToken<SetService>('algorithm sets');
export const modelSets = new ServiceToken<SetService>('model sets');

const known = new WeakMap<App, Contents>();

/** The one keeper of versions' directories, which both kinds of sets share. */
export function contentsOf(app: App): Contents {
  let contents = known.get(app);
  if (!contents) {
    const made = new Contents(app.db, app.files.path('sets'));
    app.life.onStart(() => made.start());
    known.set(app, made);
    contents = made;
  }
  return contents;
}

/** The rows of a kind of sets. */
export function setsOf(app: App, kind: SetKind): Sets {
  return new Sets(kind, app.db, id => app.access.userRef(id)?.name);
}
