import BetterSqlite from 'better-sqlite3';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadHandle } from '../../src/compute/engine.ts';
import type { LaunchFile } from '../../src/compute/local/launchFile.ts';
import { runtimeDirectory } from '../../src/compute/local/paths.ts';
import { processesOf } from '../support/processes.ts';
import type { Claims } from './work.ts';

/** Looks for what is left of a companion and of all that it ever started. */
export class Remains {
  readonly #data: string;
  readonly #temporary: string;
  readonly #claims: Claims;
  readonly #runtime: string;
  /** Ids and names of workloads, by which their processes are found. */
  readonly #marks: Set<string>;
  readonly #groups = new Set<string>();

  /** @param temporary the companion's own directory for temporary files */
  constructor(data: string, temporary: string, claims: Claims) {
    this.#data = data;
    this.#temporary = temporary;
    this.#claims = claims;
    this.#runtime = runtimeDirectory(data, process.getuid?.() === 0 ? undefined : temporary);
    this.#marks = new Set([data, this.#runtime]);
  }

  /** Takes down what runs now: the rows of what has ended are removed with it. */
  note(): void {
    this.#read(db => {
      const rows = db.prepare('SELECT id, handle FROM workloads').all() as {
        id: string;
        handle: string | null;
      }[];
      for (const { id, handle } of rows) {
        this.#marks.add(id);
        if (handle !== null) {
          const { data } = JSON.parse(handle) as WorkloadHandle;
          this.#marks.add(String(data['name']));
          this.#noteGroups(String(data['directory']));
        }
      }
    });
  }

  /** After the end of everything: nothing of it is left on the machine. */
  checkMachine(): void {
    this.#claims.is('no process is left over', processesOf([...this.#marks]), []);
    this.#claims.is('no directory for sockets is left over', existsSync(this.#runtime), false);
    this.#claims.is(
      'no control group is left over',
      [...this.#groups].filter(path => existsSync(path)),
      []
    );
    this.#claims.is('no temporary file is left over', readdirSync(this.#temporary), []);
  }

  /** After all that was made was deleted: files and rows agree, and there is nothing that nobody has. */
  checkData(): void {
    const list = (...names: string[]) => readdirSync(join(this.#data, ...names));
    for (const place of [
      ['runs'],
      ['images'],
      ['uploads'],
      ['sets', '.scratch'],
      ['cache', 'datasets'],
      ['cache', 'exports'],
      ['cache', 'training-data']
    ]) {
      this.#claims.is('nothing unfinished is left over', [place, list(...place)], [place, []]);
    }
    this.#read(db => {
      const count = (sql: string) => (db.prepare(sql).pluck().get() as number | null) ?? 0;
      const text = (sql: string) => db.prepare(sql).pluck().all() as string[];
      this.#claims.is(
        'the database is whole',
        db.pragma('integrity_check', { simple: true }),
        'ok'
      );
      this.#claims.is('references hold', count('SELECT count(*) FROM pragma_foreign_key_check'), 0);
      this.#claims.is(
        'each version has its directory, and no directory is without',
        list('sets')
          .filter(name => name !== '.scratch')
          .sort(),
        text('SELECT id FROM set_versions ORDER BY id')
      );
      for (const open of [
        "SELECT count(*) FROM tasks WHERE state IN ('queued', 'running')",
        'SELECT count(*) FROM workloads WHERE settled_at IS NULL',
        'SELECT count(*) FROM images',
        'SELECT count(*) FROM labels WHERE import_id IS NOT NULL',
        'SELECT count(*) FROM uploads',
        'SELECT coalesce(sum(refs), 0) FROM contents'
      ]) {
        this.#claims.is('nothing is left open', [open, count(open)], [open, 0]);
      }
      const packs = db.prepare('SELECT id, size FROM packs ORDER BY id').all() as {
        id: number;
        size: number;
      }[];
      this.#claims.is(
        'packs are as long as their index says',
        list('packs').map(name => [name, statSync(join(this.#data, 'packs', name)).size]),
        packs.map(({ id, size }) => [`${String(id).padStart(8, '0')}.pack`, size])
      );
    });
  }

  #noteGroups(directory: string): void {
    const path = join(directory, 'launch.json');
    if (existsSync(path)) {
      const { cgroups } = JSON.parse(readFileSync(path, 'utf8')) as LaunchFile;
      cgroups.forEach(group => this.#groups.add(group.path));
    }
  }

  #read(look: (db: BetterSqlite.Database) => void): void {
    const db = new BetterSqlite(join(this.#data, 'db', 'topsdl.db'), { readonly: true });
    try {
      look(db);
    } finally {
      db.close();
    }
  }
}
