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
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  readonly tolerations?: readonly Toleration[] | undefined;
}

const MACHINES = 'machines';
const CARDS = 'cards';
const SPECS = 'compute specs';

/** Whether the machines of the cluster have what compute specs ask for. */
export function examineMachines(
  config: Pick<VolcanoEngineConfig, 'overcommit' | 'nodeSelector' | 'tolerations'>,
  machines: readonly ClusterNode[],
  specs: readonly SpecDemand[]
): Finding[] {
  const placed = specs.map(spec => ({ spec, nodes: usableNodes(placeOf(config, spec), machines) }));
  const nodes = [
    ...new Set([...usableNodes(config, machines), ...placed.flatMap(item => item.nodes)])
  ];
  if (nodes.length === 0) {
    const labels = Object.entries(config.nodeSelector).map(([name, value]) => `${name}=${value}`);
    return [
      missing(
        MACHINES,
        labels.length > 0
          ? `none that is ready and may be used has the labels ${listed(labels)}: correct cluster.node_selector`
          : 'none is ready and without a taint: see `kubectl get nodes`, and cluster.tolerations'
      )
    ];
  }
  const wanted = new Set(
    specs.flatMap(({ cards, cardResource }) => (cards > 0 ? (cardResource ?? []) : []))
  );
  const offers = offered(nodes);
  return [
    ok(MACHINES, `${nodes.length} ready`),
    ...[...wanted].map(resource => examineCard(resource, offers, specs)),
    ...tooLarge(
      config,
      placed.filter(({ spec }) => spec.cards === 0 || offers.has(spec.cardResource ?? ''))
    )
  ];
}

/** Where runs of a spec may be. */
function placeOf(
  config: Pick<VolcanoEngineConfig, 'nodeSelector' | 'tolerations'>,
  { nodeSelector, tolerations }: SpecDemand
): Pick<VolcanoEngineConfig, 'nodeSelector' | 'tolerations'> {
  return {
    nodeSelector: { ...nodeSelector, ...config.nodeSelector },
    tolerations: [...config.tolerations, ...(tolerations ?? [])]
  };
}

function examineCard(
  resource: string,
  offers: ReadonlyMap<string, Offer>,
  specs: readonly SpecDemand[]
): Finding {
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
    `no machine offers ${resource}, asked for by ${listed(askers.map(({ name }) => name))}; ${instead}`
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
  placed: readonly { spec: SpecDemand; nodes: readonly ClusterNode[] }[]
): Finding[] {
  return placed.flatMap(({ spec, nodes }) => {
    const { name, cpu, memoryBytes, cards, cardResource } = spec;
    const most = (resource: string): number =>
      Math.max(0, ...nodes.map(({ status }) => amountOf(status?.allocatable?.[resource])));
    const lacks = [
      ...(cpu / overcommit > most('cpu') ? [`${cpu} cores (the most are ${most('cpu')})`] : []),
      ...(memoryBytes / overcommit > most('memory')
        ? [`${gibibytes(memoryBytes)} of memory (the most are ${gibibytes(most('memory'))})`]
        : []),
      ...(cardResource !== null && cards > most(cardResource)
        ? [`${cards} × ${cardResource} (the most are ${most(cardResource)})`]
        : [])
    ];
    const why = nodes.length === 0 ? 'its labels and taints' : listed(lacks);
    return lacks.length > 0 || nodes.length === 0
      ? [note(SPECS, `runs with ${name} wait for ever, as no machine has ${why}`)]
      : [];
  });
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
