import { operations } from '@topsdl/contract';
import { formatBytes, formatNumber, isBytes, resourceWord } from '@topsdl/lab';
import { StackBar, useList, useProjectId, useQuery, useTops } from '@topsdl/ui';
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
    isBytes(resource)
      ? formatBytes(value, translation.locale)
      : formatNumber(value, translation.locale);

  const rows = (overview.data?.resources ?? []).filter(({ resource }) => resource !== 'storage');
  const short = rows.filter(
    ({ resource, used, limit }) => limit !== null && used + (wants[resource] ?? 0) > limit
  );
  return (
    <section aria-label={trans.__('What it will use')}>
      <h2>{trans.__('What it will use')}</h2>
      {rows.map(({ resource, used, limit }) => (
        <div key={resource} className="topsdl-QuotaAside-row">
          <div>
            <span>{resourceWord(resource)}</span>
            <span>
              {amount(resource, used)}
              {wants[resource] ? ` + ${amount(resource, wants[resource])}` : ''}
              {limit === null ? '' : ` / ${amount(resource, limit)}`}
            </span>
          </div>
          <StackBar
            label={resource}
            limit={limit}
            parts={[
              { label: trans.__('in use'), value: used, color: 0 },
              { label: trans.__('asked for'), value: wants[resource] ?? 0, color: 0, planned: true }
            ]}
          />
        </div>
      ))}
      {short.length > 0 && (
        <p className="topsdl-mod-wait">
          {trans.__(
            'It will wait for %1 until others end.',
            short.map(({ resource }) => resourceWord(resource)).join(', ')
          )}
        </p>
      )}
    </section>
  );
}
