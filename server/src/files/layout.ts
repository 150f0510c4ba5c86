import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeAtomicSync } from './atomic.ts';
import { databaseDirectory, rememberDatabase } from './database.ts';

/** Directories of the data directory; features own what is below theirs. */
const DIRECTORIES = [
  'db',
  'packs',
  'sets',
  'cache',
  'runs',
  'images',
  'uploads',
  'backups',
  'tasks',
  'logs'
] as const;

export type Area = (typeof DIRECTORIES)[number];

/** The data directory: everything the companion keeps, readable by its owner alone. The database alone may be in another place. */
export class DataDirectory {
  readonly root: string;
  /** Of the database and its lock. */
  readonly databaseDirectory: string;
  /** The owner's secret. Whoever can read it is the owner. */
  readonly secret: string;

  /**
   * Creates what is missing, and takes others' permissions away.
   *
   * @param database the directory of the database, where it is not to be in this one
   * @throws Trouble where the database is in another place than that
   */
  constructor(root: string, database?: string) {
    this.root = root;
    makeOwn(root);
    for (const name of DIRECTORIES) {
      mkdirSync(join(root, name), { recursive: true, mode: 0o700 });
    }
    this.databaseDirectory = databaseDirectory(root, database);
    makeOwn(this.databaseDirectory);
    this.secret = this.#secret();
  }

  /** A path in one of the directories. `parts` are ids and names of ours, never what a stranger wrote. */
  path(area: Area, ...parts: string[]): string {
    for (const part of parts) {
      if (part === '' || part === '.' || part === '..' || /[/\\\0]/.test(part)) {
        throw new Error(`“${part}” is no name of a file`);
      }
    }
    return join(this.root, area, ...parts);
  }

  /** A file at the top of the data directory. */
  file(name: string): string {
    return join(this.root, name);
  }

  get database(): string {
    return join(this.databaseDirectory, 'topsdl.db');
  }

  /** To be called once the database is there. */
  rememberDatabase(): void {
    rememberDatabase(this.root, this.databaseDirectory);
  }

  /** A database of what can be made again. Where the cache is no place for the database, it is none for this one. */
  scratchDatabase(name: string): string {
    return this.databaseDirectory === this.path('db')
      ? this.path('cache', name)
      : join(this.databaseDirectory, name);
  }

  #secret(): string {
    const path = this.file('secret');
    if (!existsSync(path)) {
      writeAtomicSync(path, `${randomBytes(32).toString('base64url')}\n`, 0o600);
    }
    const secret = readFileSync(path, 'utf8').trim();
    if (secret.length < 32) {
      throw new Error(`${path} is too short to be a secret; remove it to have a new one made`);
    }
    return secret;
  }
}

function makeOwn(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (process.getuid && statSync(directory).uid === process.getuid()) {
    chmodSync(directory, 0o700);
  }
}
