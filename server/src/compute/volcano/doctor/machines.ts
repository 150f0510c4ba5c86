import type { Toleration } from '../../engine.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { missing, note, ok, type Finding } from '../finding.ts';
import { isCard } from '../load.ts';
import type { ClusterNode } from '../objects.ts';
import { amountOf } from '../quantities.ts';
import { listed } from './ask.ts';

/** What a compute spec asks of each node of a run. */
export interface SpecDemand {
  readonly name: string;
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly cards: number;
  readonly cardResource: string | null;
}

const MACHINES = 'machines';
const CARDS = 'cards';
const SPECS = 'compute specs';

/** Whether the machines of the cluster have what compute specs ask for. @param nodes those that runs may come to */
export function examineMachines(
  config: Pick<VolcanoEngineConfig, 'overcommit' | 'nodeSelector'>,
  nodes: readonly ClusterNode[],
  specs: readonly SpecDemand[]
): Finding[] {
  if (nodes.length === 0) {
    const { nodeSelector } = config;
    const labels = Object.entries(nodeSelector).map(([name, value]) => `${name}=${value}`);
    return [
      missing(
        MACHINES,
        labels.length > 0
          ? `none that is ready and may be used has the labels ${listed(labels)}: correct cluster.node_selector`
          : 'none is ready and without a taint: see `kubectl get nodes`, and cluster.tolerations'
      )
    ];
  }
  const most = (resource: string): number =>
    Math.max(...nodes.map(({ status }) => amountOf(status?.allocatable?.[resource])));
  const wanted = [
    ...new Set(specs.flatMap(({ cards, cardResource }) => (cards > 0 ? (cardResource ?? []) : [])))
  ];
  return [
    ok(MACHINES, `${nodes.length} ready`),
    ...wanted.map(resource => examineCard(resource, nodes, specs)),
    ...tooLarge(
      config,
      specs.filter(({ cards, cardResource }) => cards === 0 || most(cardResource ?? '') > 0),
      most
    )
  ];
}

function examineCard(
  resource: string,
  nodes: readonly ClusterNode[],
  specs: readonly SpecDemand[]
): Finding {
  const offers = offered(nodes);
  const offer = offers.get(resource);
  if (offer !== undefined) {
    return ok(CARDS, offerText(resource, offer));
  }
  const askers = specs.filter(({ cardResource, cards }) => cards > 0 && cardResource === resource);
  const others = [...offers].map(([name, found]) => offerText(name, found));
  const instead =
    others.length > 0
      ? `offered are ${listed(others)}: change the compute specs to that, under Administration`
      : 'nor any other card: install the device plugin of the cards on the machines';
  return missing(
    CARDS,
    `no machine offers ${resource}, which ${listed(askers.map(({ name }) => name))} ask for; ${instead}`
  );
}

interface Offer {
  total: number;
  machines: number;
}

/** Cards by resource, with how many there are and on how many machines. */
function offered(nodes: readonly ClusterNode[]): Map<string, Offer> {
  const offers = new Map<string, Offer>();
  for (const { status } of nodes) {
    for (const [resource, quantity] of Object.entries(status?.allocatable ?? {})) {
      const amount = amountOf(quantity);
      if (isCard(resource) && amount > 0) {
        const { total, machines } = offers.get(resource) ?? { total: 0, machines: 0 };
        offers.set(resource, { total: total + amount, machines: machines + 1 });
      }
    }
  }
  return offers;
}

function offerText(resource: string, { total, machines }: Offer): string {
  return `${total} × ${resource} on ${machines === 1 ? 'one machine' : `${machines} machines`}`;
}

/** Specs that no single machine has room for, though it be empty. */
function tooLarge(
  { overcommit }: Pick<VolcanoEngineConfig, 'overcommit'>,
  specs: readonly SpecDemand[],
  most: (resource: string) => number
): Finding[] {
  const faults = specs.flatMap(({ name, cpu, memoryBytes, cards, cardResource }) => {
    const lacks = [
      ...(cpu / overcommit > most('cpu') ? [`${cpu} cores`] : []),
      ...(memoryBytes / overcommit > most('memory') ? [`${gibibytes(memoryBytes)} of memory`] : []),
      ...(cardResource !== null && cards > most(cardResource) ? [`${cards} × ${cardResource}`] : [])
    ];
    return lacks.length > 0 ? [`${name} (${listed(lacks)})`] : [];
  });
  const largest = `${most('cpu')} cores and ${gibibytes(most('memory'))}`;
  return faults.length > 0
    ? [
        note(
          SPECS,
          `no machine has what one node of ${listed(faults)} asks for; the largest has ${largest}: runs with them wait for ever`
        )
      ]
    : [];
}

function gibibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 3)} GiB`;
}

/** Nodes that are ready and that runs may come to, for all that labels and taints say. */
export function usableNodes(
  config: Pick<VolcanoEngineConfig, 'nodeSelector' | 'tolerations'>,
  nodes: readonly ClusterNode[]
): ClusterNode[] {
  return nodes.filter(
    ({ metadata, spec, status }) =>
      spec?.unschedulable !== true &&
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ===
        true &&
      Object.entries(config.nodeSelector).every(
        ([name, value]) => metadata.labels?.[name] === value
      ) &&
      (spec?.taints ?? []).every(
        taint => taint.effect === 'PreferNoSchedule' || isTolerated(taint, config.tolerations)
      )
  );
}

function isTolerated(
  taint: { key: string; value?: string; effect: string },
  tolerations: readonly Toleration[]
): boolean {
  return tolerations.some(
    ({ key, operator = 'Equal', value = '', effect }) =>
      (key === undefined ? operator === 'Exists' : key === taint.key) &&
      (operator === 'Exists' || value === (taint.value ?? '')) &&
      (effect === undefined || effect === taint.effect)
  );
}
