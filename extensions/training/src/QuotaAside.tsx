import { operations, type ResourceUse } from '@topsdl/contract';
import {
  formatAmount,
  Notice,
  resourceName,
  StackBar,
  useList,
  useProjectId,
  useQuery,
  useTops
} from '@topsdl/ui';
import type { JSX } from 'react';

const WATCH = [{ kinds: ['usage', 'project', 'training-run', 'service'] as const }];

/** What a run of this spec on so many nodes will use of the project's quota. */
export function QuotaAside(props: { specId: string | undefined; nodes: number }): JSX.Element {
  const { trans, translation } = useTops();
  const projectId = useProjectId();
  const specs = useList(operations.admin.listSpecs, { query: {} }, { watch: [] });
  const overview = useQuery(
    operations.projects.overview,
    projectId ? { params: { projectId } } : null,
    WATCH
  );
  const spec = specs.items.find(({ id }) => id === props.specId);
  const nodes = Number.isFinite(props.nodes) ? Math.max(1, props.nodes) : 1;
  const wants: Record<string, number> = spec
    ? {
        cpu: spec.cpu * nodes,
        memory: spec.memoryBytes * nodes,
        ...(spec.cardResource && spec.cards > 0
          ? { [`requests.${spec.cardResource}`]: spec.cards * nodes }
          : {})
      }
    : {};
  const amount = (resource: string, value: number) =>
    formatAmount(resource, value, translation.locale);
  const names = (uses: readonly ResourceUse[]) =>
    new Intl.ListFormat(translation.locale).format(
      uses.map(({ resource }) => resourceName(resource, trans))
    );

  const rows = (overview.data?.resources ?? []).filter(({ resource }) => resource !== 'storage');
  const never = rows.filter(
    ({ resource, limit }) => limit !== null && (wants[resource] ?? 0) > limit
  );
  const short = rows.filter(
    ({ resource, used, limit }) => limit !== null && used + (wants[resource] ?? 0) > limit
  );
  return (
    <section className="topsdl-QuotaAside" aria-label={trans.__('What it will use')}>
      <h2>{trans.__('What it will use')}</h2>
      {rows.map(({ resource, used, limit }) => (
        <div key={resource} className="topsdl-QuotaAside-row">
          <div>
            <span>{resourceName(resource, trans)}</span>
            <span>
              {amount(resource, used)}
              {wants[resource] ? ` + ${amount(resource, wants[resource])}` : ''}
              {limit === null ? '' : ` ${trans.__('of %1', amount(resource, limit))}`}
            </span>
          </div>
          <StackBar
            label={resourceName(resource, trans)}
            limit={limit}
            parts={[
              { label: trans.__('in use'), value: used, color: 0 },
              { label: trans.__('asked for'), value: wants[resource] ?? 0, color: 0, planned: true }
            ]}
          />
        </div>
      ))}
      {overview.data && spec && (
        <Notice tone={never.length > 0 ? 'bad' : short.length > 0 ? 'wait' : 'good'}>
          {never.length > 0
            ? trans.__('More than the quota of the project: %1.', names(never))
            : short.length > 0
              ? trans.__('It will wait for %1 until others end.', names(short))
              : trans.__('It starts at once.')}
        </Notice>
      )}
    </section>
  );
}
