import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { isAbsolute } from 'node:path';
import { CardResource, Name, Password, Quantity, Quota, ResourceName } from '@topsdl/contract';
import { parse, type TomlError } from 'smol-toml';
import { z } from 'zod';
import { parseAddress } from './address.ts';
import { clusterFaults, clusterSettings } from './compute/volcano/settings.ts';
import { runsFromSource } from './entry.ts';

const seconds = (max: number) => z.number().int().min(0).max(max);
const quotas = z.record(ResourceName, Quantity).superRefine((limits, context) => {
  for (const [resource, limit] of Object.entries(limits)) {
    for (const { message } of Quota.safeParse({ resource, limit }).error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: [resource], message });
    }
  }
});

/**
 * Everything that `config.toml` and the environment can set. A setting `section.some_name` is
 * `TOPSDL_SECTION_SOME_NAME` in the environment, which wins; tables are written there as JSON.
 */
const sections = {
  server: z
    .object({
      /** TCP address for other machines, as `host:port`; without it only the Unix socket. */
      listen: z
        .string()
        .refine(text => parseAddress(text) !== undefined, 'an address such as 0.0.0.0:8444')
        .optional(),
      /** Seconds without a JupyterLab and without work after which the companion ends; 0 for never. */
      idle_seconds: seconds(86_400).default(60),
      check_responses: z.boolean().default(runsFromSource)
    })
    .strict(),
  log: z
    .object({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
      /** Bytes of `logs/companion.log`, after which it begins anew; the one before is kept. */
      limit_bytes: z
        .number()
        .int()
        .min(65_536)
        .default(16 * 1024 * 1024)
    })
    .strict(),
  admin: z
    .object({
      name: Name.default('admin'),
      /** Without it one is made and written to `admin-password`. */
      password: Password.optional()
    })
    .strict(),
  owner: z
    .object({
      /** Without it, the name of the operating-system user. */
      name: Name.optional()
    })
    .strict(),
  session: z.object({ days: z.number().int().min(1).max(365).default(14) }).strict(),
  project: z
    .object({
      name: Name.default('default'),
      quotas: quotas.default(() => ({
        cpu: String(cpus().length * 16),
        memory: `${Math.max(4, Math.floor(totalmem() / 1024 ** 3)) * 8}Gi`,
        'requests.enflame.com/dtu': '8'
      }))
    })
    .strict(),
  tasks: z.object({ concurrency: z.number().int().min(1).max(64).default(2) }).strict(),
  database: z
    .object({
      readers: z.number().int().min(1).max(16).default(2),
      /** A directory of a local file system for the database, where the data directory is on none. */
      directory: z.string().refine(isAbsolute, 'an absolute path').optional()
    })
    .strict(),
  compute: z
    .object({
      /** Where runs and services run: `local` on this machine, `volcano` on the cluster of the section `cluster`. */
      engine: z.enum(['local', 'volcano']).default('local'),
      isolation: z.enum(['auto', 'sandbox', 'plain']).default('auto'),
      /** Accelerator cards of this machine by resource name; they are counted, not driven. */
      cards: z
        .record(CardResource, z.number().int().min(0).max(1024))
        .default({ 'enflame.com/dtu': 8 }),
      /**
       * Cores and memory that runs may take together, as a multiple of what the machine has. Specs name
       * limits that few programs reach: on a laptop two nodes of the smallest card spec and a service
       * beside them have to start. By itself 16 on this machine, and on a cluster 1.
       */
      overcommit: z.number().min(0.1).max(100).optional(),
      log_limit_bytes: z
        .number()
        .int()
        .min(65_536)
        .default(64 * 1024 * 1024)
    })
    .strict(),
  cluster: clusterSettings
};

const Schema = z
  .object(sections)
  .strict()
  .superRefine(({ compute, cluster }, context) => {
    for (const { setting, message } of compute.engine === 'volcano' ? clusterFaults(cluster) : []) {
      context.addIssue({ code: 'custom', path: ['cluster', setting], message });
    }
  });

type Settings = z.output<typeof Schema>;

export type Config = Omit<Settings, 'compute'> & {
  compute: Settings['compute'] & { overcommit: number };
};

const OVERCOMMIT = { local: 16, volcano: 1 } as const;

/** What is wrong with the configuration, a line for each fault. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `the configuration has ${faults.length} fault(s):\n${faults.map(f => `  ${f}`).join('\n')}`
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

type Tree = Record<string, Record<string, unknown>>;

/**
 * Reads the configuration.
 *
 * @param path of `config.toml`, which need not exist
 * @param listen the address of the command line, which wins over both
 * @throws ConfigError with every fault, each naming the file, the variable or the option
 */
export function readConfig(path: string, env: NodeJS.ProcessEnv, listen?: string): Config {
  const faults: string[] = [];
  const sources = new Map<string, string>();
  const tree = fromFile(path, faults);
  for (const [section, values] of Object.entries(tree)) {
    for (const name of Object.keys(values)) {
      sources.set(`${section}.${name}`, `${path}: ${section}.${name}`);
    }
  }
  fromEnvironment(env, tree, sources, faults);
  if (listen !== undefined) {
    (tree['server'] ??= {})['listen'] = listen;
    sources.set('server.listen', '--listen');
  }
  const complete = Object.fromEntries(
    Object.keys(sections).map(section => [section, tree[section] ?? {}])
  );
  const result = Schema.safeParse({ ...tree, ...complete });
  if (!result.success) {
    for (const issue of result.error.issues) {
      const [section = '', name = '', ...within] = issue.path.map(String);
      const source = sources.get(`${section}.${name}`);
      const where =
        source === undefined ? `${path}: ${issue.path.join('.')}` : [source, ...within].join('.');
      faults.push(
        issue.code === 'unrecognized_keys'
          ? `${where}: there is no setting ${issue.keys.join(', ')}`
          : `${where}: ${explain(issue)}`
      );
    }
  }
  if (faults.length > 0 || !result.success) {
    throw new ConfigError(faults);
  }
  const { compute } = result.data;
  return {
    ...result.data,
    compute: { ...compute, overcommit: compute.overcommit ?? OVERCOMMIT[compute.engine] }
  };
}

function explain(issue: z.core.$ZodIssue): string {
  // Of a key of a table, what is wrong with it is inside.
  const [inner] = issue.code === 'invalid_key' ? issue.issues : [];
  const { message } = inner ?? issue;
  return (
    {
      'rule.name': 'a name of 1–50 characters without / : * ? " < > | \' \\',
      'rule.password': '6–16 characters',
      'rule.quantity': 'a quantity such as 48, 500m or 128Gi',
      'rule.wholeQuantity': 'a whole number of cards',
      'rule.resourceName': 'a resource such as cpu, memory or requests.enflame.com/dtu',
      'rule.cardResource': 'a resource such as enflame.com/dtu',
      'rule.labelName': 'the name of a label, such as enflame.com/card',
      'rule.labelValue': 'the value of a label: up to 63 letters, digits, ., _ and -',
      'rule.tolerationKey': 'is needed, but for the operator Exists',
      'rule.tolerationValue': 'the operator Exists takes no value'
    }[message] ?? message
  );
}

function fromFile(path: string, faults: string[]): Tree {
  if (!existsSync(path)) {
    return {};
  }
  try {
    const parsed = parse(readFileSync(path, 'utf8'));
    const tree: Tree = {};
    for (const [name, value] of Object.entries(parsed)) {
      if (
        typeof value !== 'object' ||
        value === null ||
        Array.isArray(value) ||
        value instanceof Date
      ) {
        faults.push(`${path}: ${name}: belongs into a section such as [server]`);
      } else {
        tree[name] = { ...value };
      }
    }
    return tree;
  } catch (error) {
    const [message = ''] = (error as Error).message.split('\n');
    const { line, column } = error as Partial<TomlError>;
    faults.push(`${path}${line === undefined ? '' : `:${line}:${column}`}: ${message}`);
    return {};
  }
}

/** Variables with our prefix that mean something to others: launcher, scripts, sandboxes. */
const NOT_SETTINGS = new Set(['TOPSDL_DATA_DIR', 'TOPSDL_SERVER', 'TOPSDL_URL', 'TOPSDL_TOKEN']);

function fromEnvironment(
  env: NodeJS.ProcessEnv,
  tree: Tree,
  sources: Map<string, string>,
  faults: string[]
): void {
  for (const [variable, text] of Object.entries(env)) {
    const match = /^TOPSDL_([A-Z]+)_([A-Z_]+)$/.exec(variable);
    const section = match?.[1]?.toLowerCase() ?? '';
    const name = match?.[2]?.toLowerCase() ?? '';
    if (
      !match ||
      text === undefined ||
      NOT_SETTINGS.has(variable) ||
      !Object.hasOwn(sections, section)
    ) {
      continue;
    }
    const shape = sections[section as keyof typeof sections].shape as Record<string, z.ZodType>;
    const schema = shape[name];
    if (!schema) {
      faults.push(`${variable}: there is no setting ${section}.${name}`);
      continue;
    }
    sources.set(`${section}.${name}`, variable);
    (tree[section] ??= {})[name] = readValue(schema, text);
  }
}

/** A variable's text as the type that its setting has. */
function readValue(schema: z.ZodType, text: string): unknown {
  if (schema.safeParse(text).success) {
    return text;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
