/** `scripts/cluster`: reads the command line. */
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import { check } from './check.ts';
import { installHostPrograms } from './debian.ts';
import { down } from './down.ts';
import { KUBECONFIG, MOST_NODES } from './layout.ts';
import { Machine } from './machine.ts';
import { Trouble, say } from './say.ts';
import type { Choices } from './state.ts';
import { DEFAULTS, readState } from './state.ts';
import { status } from './status.ts';
import { up } from './up.ts';

const HELP = `usage: scripts/cluster COMMAND

A real Kubernetes on this machine: a control plane and nodes in namespaces of their own, built from packages.

  up [OPTION]...           starts the cluster, or what is missing of it
  down                     ends it and removes all of it but what was built
  status [--json]          what runs, and how to reach it; fails unless all of it runs
  build                    builds what it is made of; up does so by itself
  check                    runs the manual's job on the cluster that is up
  kill MACHINE [SERVICE]   kills a machine, or a program on it; up brings it back
  exec MACHINE COMMAND...  runs a command on a machine
  kubectl ARGUMENT...      kubectl as the cluster's administrator

Options of up:
  --nodes N                nodes beside the control plane, ${DEFAULTS.nodes} unless given
  --cards RESOURCE=COUNT   cards that each node offers; may be repeated
                           (${Object.entries(DEFAULTS.cards)
                             .map(offer => offer.join('='))
                             .join(' ')} unless given)
  --volume DIRECTORY       a directory of this machine that all nodes have under the same path
                           (${DEFAULTS.volume} unless given, which down removes)
  --no-standin             without the stand-in for Volcano, to install the real one
`;

async function main([command, ...args]: string[]): Promise<void> {
  switch (command) {
    case 'up': {
      const choices = choicesOf(args);
      await installHostPrograms();
      await up(choices);
      process.stdout.write(`${KUBECONFIG}\n`);
      return;
    }
    case 'down':
      noMore(args);
      await installHostPrograms();
      await down();
      say('nothing of the cluster is left');
      return;
    case 'build':
      noMore(args);
      await installHostPrograms();
      await build();
      return;
    case 'status': {
      const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } });
      process.exitCode = (await status(values.json === true)) ? 0 : 1;
      return;
    }
    case 'check':
      noMore(args);
      await check();
      return;
    case 'kill':
      await kill(args);
      return;
    case 'exec':
      process.exitCode = exec(args);
      return;
    case 'kubectl':
      process.exitCode = kubectl(args);
      return;
    case undefined:
    case '-h':
    case '--help':
      process.stdout.write(HELP);
      return;
    default:
      throw new Trouble(`there is no command ${command} (see scripts/cluster --help)`);
  }
}

function noMore(args: readonly string[]): void {
  if (args.length > 0) {
    throw new Trouble(`what is ${args[0]}? (see scripts/cluster --help)`);
  }
}

function choicesOf(args: string[]): Choices {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      nodes: { type: 'string' },
      cards: { type: 'string', multiple: true },
      volume: { type: 'string' },
      standin: { type: 'boolean' }
    }
  });
  const nodes = Number(values.nodes ?? DEFAULTS.nodes);
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MOST_NODES) {
    throw new Trouble(`--nodes takes a number from 1 to ${MOST_NODES}, not ${values.nodes}`);
  }
  const offers = values.cards?.map(offer => {
    const [, resource, count] = /^([a-z0-9.-]+\/[\w.-]+)=(\d+)$/.exec(offer) ?? [];
    if (resource === undefined) {
      throw new Trouble(`--cards takes RESOURCE=COUNT, such as enflame.com/dtu=8, not ${offer}`);
    }
    return [resource, Number(count)] as const;
  });
  return {
    nodes,
    cards: offers === undefined ? DEFAULTS.cards : Object.fromEntries(offers),
    volume: resolve(values.volume ?? DEFAULTS.volume),
    standin: values.standin ?? DEFAULTS.standin
  };
}

function machineNamed(name: string | undefined): Machine {
  const machine = new Machine(name ?? '');
  if (name === undefined || !machine.isUp) {
    throw new Trouble(`no machine ${name ?? ''} is up`);
  }
  return machine;
}

async function kill([name, service, ...rest]: string[]): Promise<void> {
  noMore(rest);
  const machine = machineNamed(name);
  await (service === undefined
    ? machine.stop()
    : machine.signal(service, constants.signals.SIGKILL, true));
}

/** Runs a command in all namespaces of a machine, with the terminal of the caller. */
function exec([name, ...command]: string[]): number {
  const init = machineNamed(name).init;
  const enter = ['--target', `${init}`, '--all', '--root', '--wdns=/', '--', ...command];
  return spawnSync('nsenter', enter, { stdio: 'inherit' }).status ?? 1;
}

function kubectl(args: readonly string[]): number {
  const state = readState();
  if (!state) {
    throw new Trouble('no cluster is up');
  }
  const env = { ...process.env, KUBECONFIG };
  return (
    spawnSync(state.parts.programs, ['kubectl', ...args], { stdio: 'inherit', env }).status ?? 1
  );
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (
    !(error instanceof Trouble) &&
    (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE') !== true
  ) {
    throw error;
  }
  process.stderr.write(`topsdl: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
