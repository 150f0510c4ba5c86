import { operations, type ComputeSpec, type ResourceUse } from '@topsdl/contract';
import { formatBytes, formatNumber, resourceWord } from '@topsdl/lab';
import type { JSX } from 'react';
import { resourceName } from '../feedback/resources.ts';
import { EmptyState, ErrorState, Loading } from '../feedback/states.tsx';
import { useProjectId, useTops } from '../host.tsx';
import { useList, useQuery } from '../store/hooks.ts';
import type { WidgetProps } from './widgets.tsx';

const WATCH_SPECS = [{ kinds: ['compute-spec' as const] }];
const WATCH_USE = [
  { kinds: ['usage', 'project', 'training-run', 'service', 'package-version'] as const }
];

/** How many nodes of a spec fit into what is free of the quota, and which resource limits them. */
export function roomFor(
  spec: ComputeSpec,
  resources: readonly ResourceUse[]
): { readonly nodes: number; readonly by: string | null } {
  const wants: [string, number][] = [
    ['cpu', spec.cpu],
    ['memory', spec.memoryBytes],
    ...(spec.cardResource === null
      ? []
      : [[`requests.${spec.cardResource}`, spec.cards] as [string, number]])
  ];
  let nodes = Infinity;
  let by: string | null = null;
  for (const [resource, amount] of wants) {
    const use = resources.find(candidate => candidate.resource === resource);
    if (use && use.limit !== null && amount > 0) {
      const fit = Math.max(0, Math.floor((use.limit - use.used) / amount + 1e-9));
      if (fit < nodes) {
        nodes = fit;
        by = resource;
      }
    }
  }
  return { nodes, by };
}

/** The compute specs to choose from, with how many nodes of each are free now. */
export function SpecTable(props: WidgetProps): JSX.Element {
  const { trans, translation } = useTops();
  const projectId = useProjectId();
  const specs = useList(operations.admin.listSpecs, { query: {} }, { watch: WATCH_SPECS });
  const overview = useQuery(
    operations.projects.overview,
    projectId ? { params: { projectId } } : null,
    WATCH_USE
  );
  if (specs.items.length === 0) {
    return specs.error !== undefined ? (
      <ErrorState error={specs.error} retry={specs.reload} />
    ) : specs.loading ? (
      <Loading />
    ) : (
      <EmptyState>
        {trans.__('There is no compute spec yet. An administrator adds them.')}
      </EmptyState>
    );
  }
  return (
    <div className="topsdl-SpecTable" data-invalid={props.invalid} onBlur={props.onBlur}>
      <table role="radiogroup" aria-labelledby={`${props.id}-label`} aria-required={props.required}>
        <thead>
          <tr>
            <th aria-label={trans.__('Chosen')} />
            <th>{trans.__('Name')}</th>
            <th>{trans.__('CPU, memory per node')}</th>
            <th>{trans.__('Cards')}</th>
            <th>{trans.__('Free now')}</th>
            <th>{trans.__('Limited by')}</th>
          </tr>
        </thead>
        <tbody>
          {specs.items.map((spec, index) => {
            const room = overview.data ? roomFor(spec, overview.data.resources) : null;
            const chosen = props.value === spec.id;
            return (
              <tr
                key={spec.id}
                className={chosen ? 'topsdl-mod-selected' : ''}
                onClick={() => props.onChange(spec.id)}
              >
                <td>
                  <input
                    type="radio"
                    name={props.id}
                    id={index === 0 ? props.id : `${props.id}-${index}`}
                    aria-label={spec.name}
                    checked={chosen}
                    onChange={() => props.onChange(spec.id)}
                  />
                </td>
                <td>{spec.name}</td>
                <td>
                  {trans.__(
                    '%1 CPU, %2',
                    formatNumber(spec.cpu, translation.locale),
                    formatBytes(spec.memoryBytes, translation.locale)
                  )}
                </td>
                <td>
                  {spec.cards > 0 && spec.cardResource
                    ? `${spec.cards} ${resourceWord(spec.cardResource).toUpperCase()}`
                    : '0'}
                </td>
                <td>
                  <b>{room === null ? '…' : room.nodes === Infinity ? '∞' : room.nodes}</b>
                </td>
                <td className="topsdl-mod-muted">{room?.by ? resourceName(room.by, trans) : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
