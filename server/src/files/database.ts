import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Trouble } from '../trouble.ts';
import { writeAtomicSync } from './atomic.ts';

const NAME = 'topsdl.db';

/** The database's directory where nothing else is configured. */
function inside(root: string): string {
  return join(root, 'db');
}

/** Says where the database is that is not in the data directory, to whoever has only that: a backup, a start with other settings. */
function signpost(root: string): string {
  return join(inside(root), 'elsewhere');
}

function elsewhere(root: string): string | undefined {
  const path = signpost(root);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

/** The file of a data directory's database, as the companion has left it. */
export function databaseOf(root: string): string {
  return join(elsewhere(root) ?? inside(root), NAME);
}

/**
 * The directory that the database is to be opened in. A data directory without its database would be taken for a new one, and all that is in
 * it for what nobody needs: so it is not started on.
 *
 * @param configured `database.directory`
 * @throws Trouble where the database is in another place
 */
export function databaseDirectory(root: string, configured: string | undefined): string {
  const own = inside(root);
  const chosen = configured === undefined ? own : resolve(configured);
  const left = elsewhere(root);
  if (chosen === own) {
    if (left !== undefined) {
      throw new Trouble(
        `the database of ${root} is in ${left}: set database.directory to it, or move its files to ${own} and remove ${signpost(root)}`
      );
    }
    return own;
  }
  if (existsSync(join(own, NAME))) {
    throw new Trouble(
      `the database of ${root} is in ${own}: move ${NAME} and what else begins with this name to ${chosen}, or leave out database.directory`
    );
  }
  if (left !== undefined && !existsSync(join(chosen, NAME))) {
    throw new Trouble(
      `the database of ${root} was in ${left}, and there is none in ${chosen}: set database.directory to where it is, or restore a backup`
    );
  }
  return chosen;
}

/** Leaves word of where the database is, once it is there. */
export function rememberDatabase(root: string, directory: string): void {
  if (directory !== inside(root) && elsewhere(root) !== directory) {
    writeAtomicSync(signpost(root), `${directory}\n`, 0o600);
  }
}
