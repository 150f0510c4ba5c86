import type { Statement } from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from './open.ts';

interface Request {
  readonly id: number;
  readonly sql: string;
  readonly params: unknown[];
}

const { path } = workerData as { path: string };
const sqlite = openReader(path);
const port = parentPort;

/** Statements are prepared once each; lists use few different ones. */
const prepared = new Map<string, Statement<unknown[]>>();
const MOST_PREPARED = 200;

function statement(text: string): Statement<unknown[]> {
  const known = prepared.get(text);
  if (known) {
    return known;
  }
  if (prepared.size >= MOST_PREPARED) {
    prepared.clear();
  }
  const fresh = sqlite.prepare<unknown[]>(text);
  prepared.set(text, fresh);
  return fresh;
}

port?.on('message', ({ id, sql, params }: Request) => {
  try {
    port.postMessage({ id, rows: statement(sql).all(...params) });
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    port.postMessage({ id, error: { message, code } });
  }
});
