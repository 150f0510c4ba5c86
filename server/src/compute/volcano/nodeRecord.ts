import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What a node leaves when it ends; `node/node.py` writes it. */
const NodeRecord = z.object({
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
  /**
   * `command`: the command ended by itself. `stopped`: somebody outside ended the pod. `died`: a worker lost its sshd. `silent`: another
   * node never answered. `setup`: it could not be prepared. `repeated`: it had run before.
   */
  ended: z.enum(['command', 'stopped', 'died', 'silent', 'setup', 'repeated']).optional(),
  exitCode: z.number().int().optional(),
  outOfMemory: z.boolean().optional(),
  silent: z.string().max(253).optional(),
  detail: z.string().nullish()
});
export type NodeRecord = z.output<typeof NodeRecord>;

/** What a node uses; `node/node.py` writes it every second. */
const NodeSample = z.object({
  time: z.number(),
  cpuSeconds: z.number(),
  cpuCores: z.number(),
  memoryBytes: z.number(),
  processes: z.number(),
  receivedBytes: z.number(),
  sentBytes: z.number()
});
export type NodeSample = z.output<typeof NodeSample>;

const MOST_BYTES = 64 * 1024;

export function readNodeRecord(kept: string, node: string): Promise<NodeRecord | undefined> {
  return readUntrusted(join(kept, `${node}.record.json`), NodeRecord);
}

export function readNodeSample(kept: string, node: string): Promise<NodeSample | undefined> {
  return readUntrusted(join(kept, `${node}.stats.json`), NodeSample);
}

/** A person's program can write there whatever it likes: no link is followed, nothing waited for, and only what is as expected is taken. */
async function readUntrusted<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile() || found.size > MOST_BYTES) {
        return undefined;
      }
      const result = schema.safeParse(JSON.parse(await file.readFile('utf8')));
      return result.success ? result.data : undefined;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
