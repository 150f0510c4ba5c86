import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, dirname, join } from 'node:path';

import { entryPoint, runsFromSource } from '../../entry.ts';

/** Where the files are that a run's own processes are started from. */
export interface SupervisorCode {
  directory: string;
  supervisor: string;
  relay: string;
}

/**
 * The code of supervisors and relays. Compiled and bundled code is used where it is. From sources, Node would take the types out of
 * some twenty files for every run, a quarter of a second of processor time before anything happens; this is done once, into a
 * directory that is named after what is in it.
 *
 * @param cache where that directory goes; it is made where needed
 */
export function supervisorCode(cache: string): SupervisorCode {
  const supervisor = entryPoint('supervisor');
  const relay = entryPoint('relay');
  if (!runsFromSource) {
    return { directory: dirname(supervisor), supervisor, relay };
  }
  const sources = new Map<string, string>();
  collect(supervisor, sources);
  collect(relay, sources);
  const hash = createHash('sha256').update(process.version);
  for (const [name, text] of [...sources].sort()) {
    hash.update(name).update(text);
  }
  const directory = join(cache, hash.digest('hex').slice(0, 16));
  if (!existsSync(directory)) {
    write(directory, sources);
  }
  const compiled = (path: string): string => join(directory, basename(path).replace(/ts$/, 'js'));
  return { directory, supervisor: compiled(supervisor), relay: compiled(relay) };
}

/** A file and all that it imports at run time; no two of them have the same name, and so they can be beside each other. */
function collect(path: string, sources: Map<string, string>): void {
  const name = basename(path);
  if (sources.has(name)) {
    return;
  }
  const source = readFileSync(path, 'utf8');
  sources.set(name, source);
  for (const match of source.matchAll(/^import (?!type )[^;]*? from '(\.[A-Za-z./]+\.ts)';$/gm)) {
    collect(join(dirname(path), match[1] ?? ''), sources);
  }
}

function write(directory: string, sources: Map<string, string>): void {
  // Written beside and renamed, because another companion may do the same now.
  const fresh = `${directory}.${process.pid}`;
  mkdirSync(fresh, { recursive: true, mode: 0o755 });
  writeFileSync(join(fresh, 'package.json'), '{ "type": "module" }\n');
  for (const [name, source] of sources) {
    const text = stripTypeScriptTypes(source).replace(
      / from '\.[A-Za-z./]*\/([A-Za-z]+)\.ts'/g,
      (_all, file: string) => ` from './${file}.js'`
    );
    writeFileSync(join(fresh, name.replace(/ts$/, 'js')), text);
  }
  try {
    renameSync(fresh, directory);
  } catch {
    // The other one was faster, with the same content.
    rmSync(fresh, { recursive: true, force: true });
  }
}
