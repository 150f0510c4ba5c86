import { operations, type Import } from '@topsdl/contract';
import { Button, ErrorState, Loaded, speak, useList, useQuery, useTops } from '@topsdl/ui';
import type { JSX } from 'react';
import { TaskProgress } from './TaskProgress.tsx';

const { datasets } = operations;

export interface ImportReportProps {
  readonly importId: string;
  /** Imports for real what was only looked at. */
  readonly onImport?: (() => void) | undefined;
}

/** How an import goes or went: figures, labels, and what was not taken, one by one. */
export function ImportReport({ importId, onImport }: ImportReportProps): JSX.Element {
  const state = useQuery(datasets.getImport, { params: { importId } }, [{ kinds: ['task'] }]);
  return <Loaded query={state}>{found => <Report found={found} onImport={onImport} />}</Loaded>;
}

function Report({ found, onImport }: { found: Import; onImport?: (() => void) | undefined }) {
  const { registry, trans, translation } = useTops();
  const { task, counts } = found;
  const ended = task.state === 'completed';
  const refused = useList(
    datasets.importReport,
    ended ? { params: { importId: found.id }, query: { limit: 200 } } : null,
    { watch: [] }
  );
  const active = task.state === 'queued' || task.state === 'running';
  const formats = {
    'class-folders': trans.__('class folders'),
    images: trans.__('images without labels')
  };
  const figures: [string, number][] = [
    [trans.__('files'), counts.files],
    [found.dryRun ? trans.__('would be taken') : trans.__('taken'), counts.taken],
    [trans.__('labeled'), counts.labeled],
    [trans.__('already here'), counts.duplicates],
    [trans.__('refused'), counts.refused],
    [trans.__('passed over'), counts.skipped]
  ];
  return (
    <section className="topsdl-Report" aria-label={trans.__('Import report')}>
      <h2>
        {found.dryRun ? trans.__('What an import would do') : trans.__('Import')}
        {found.format && <span className="topsdl-mod-muted"> · {formats[found.format]}</span>}
      </h2>
      {active && <TaskProgress task={task} />}
      {task.state === 'failed' && task.problem && (
        <p role="alert" className="topsdl-mod-bad">
          {speak(translation, task.problem.code, task.problem.params, task.problem.detail)}
        </p>
      )}
      {task.state === 'cancelled' && <p>{trans.__('Cancelled. Nothing was taken.')}</p>}
      {ended && (
        <>
          <dl className="topsdl-Report-figures">
            {figures.map(([word, count]) => (
              <div key={word}>
                <dd>{count.toLocaleString(translation.locale)}</dd>
                <dt>{word}</dt>
              </div>
            ))}
          </dl>
          {found.labels.length > 0 && (
            <p className="topsdl-Report-labels">
              {found.labels.map(label => (
                <span key={label.name} title={label.exists ? '' : trans.__('new label')}>
                  {label.name} <span className="topsdl-mod-muted">{label.count}</span>
                  {label.exists ? '' : ' +'}
                </span>
              ))}
            </p>
          )}
          <div className="topsdl-Import-actions">
            {found.dryRun && onImport && (
              <Button primary onClick={onImport}>
                {trans.__('Import')}
              </Button>
            )}
            {!found.dryRun && (
              <Button primary onClick={() => registry.open('dataset-version', found.versionId)}>
                {trans.__('Open the Images')}
              </Button>
            )}
          </div>
          {refused.error !== undefined && (
            <ErrorState error={refused.error} retry={refused.reload} />
          )}
          {refused.items.length > 0 && (
            <table className="topsdl-Report-refused">
              <thead>
                <tr>
                  <th>{trans.__('Not taken')}</th>
                  <th>{trans.__('Reason')}</th>
                </tr>
              </thead>
              <tbody>
                {refused.items.map(entry => (
                  <tr key={entry.id}>
                    <td>
                      <code>{entry.path}</code>
                    </td>
                    <td>{speak(translation, entry.code, entry.params, entry.reason)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {refused.hasMore && (
            <button type="button" className="topsdl-Link" onClick={refused.more}>
              {trans.__('Show more')}
            </button>
          )}
        </>
      )}
    </section>
  );
}
