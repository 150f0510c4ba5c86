import { drizzle } from 'drizzle-orm/better-sqlite3';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { clusterConfig } from './compute/create.ts';
import { examineCluster, type Subject } from './compute/volcano/doctor/examine.ts';
import { note, wrong, type Finding } from './compute/volcano/finding.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { openReader } from './db/open.ts';
import { databaseDirectory, databaseOf } from './files/database.ts';
import { INSTALLED } from './features/admin/installed.ts';
import { computeSpecs } from './features/admin/table.ts';
import { engineProjects } from './features/projects/engine.ts';
import { asTrouble } from './trouble.ts';

/**
 * `main doctor`: says what it finds, a line of JSON each. The first names the engine that is chosen, if the configuration says so
 * without a fault; what this machine needs for it is for the caller to look at.
 *
 * @param run whether to run something on the cluster, too
 */
export async function runDoctor(data: string, run: boolean): Promise<void> {
  const directory = resolve(data);
  let config: Config;
  try {
    config = readConfig(join(directory, 'config.toml'), process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    say({ engine: null });
    error.faults.forEach(fault => say(wrong('configuration', fault)));
    return;
  }
  say({ engine: config.compute.engine });
  if (config.compute.engine !== 'volcano') {
    return;
  }
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => interruption.abort());
  }
  // Whoever listened is gone.
  process.stdout.on('error', () => interruption.abort());
  try {
    const cluster = clusterConfig(config, directory, 'doctor');
    const { projects, specs, findings } = readDatabase(directory, config.database.directory);
    findings.forEach(say);
    const trial = run ? { trial: interruption.signal } : {};
    const subject = { config: cluster, projects, specs, owner: ownerOf(directory), ...trial };
    for await (const finding of examineCluster(subject)) {
      say(finding);
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    error.faults.forEach(fault => say(wrong('configuration', fault)));
  }
}

/** Projects and compute specs; of a data directory that has no database yet, those that it begins with. */
function readDatabase(
  directory: string,
  configured: string | undefined
): Pick<Subject, 'projects' | 'specs'> & { findings: Finding[] } {
  const none = (finding: Finding) => ({ projects: [], specs: INSTALLED, findings: [finding] });
  try {
    databaseDirectory(directory, configured);
    const path = databaseOf(directory);
    if (!existsSync(path)) {
      return none(note('database', `there is none in ${directory} yet`));
    }
    const sqlite = openReader(path);
    try {
      const orm = drizzle(sqlite);
      return {
        projects: engineProjects(orm),
        specs: orm.select().from(computeSpecs).all(),
        findings: []
      };
    } finally {
      sqlite.close();
    }
  } catch (error) {
    const { message } = asTrouble(error, directory) as Error;
    return none(wrong('database', `it cannot be read: ${message}`));
  }
}

/** The uid of whoever owns the directory, or will. */
function ownerOf(directory: string): number {
  return statSync(directory, { throwIfNoEntry: false })?.uid ?? process.getuid?.() ?? 0;
}

function say(line: Finding | { engine: string | null }): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
