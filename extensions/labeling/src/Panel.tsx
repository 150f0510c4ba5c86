import '../style/index.css';
import { redoIcon, undoIcon } from '@jupyterlab/ui-components';
import { operations, type Image, type ImageState, type Label } from '@topsdl/contract';
import { datasetIcon, type PanelProps } from '@topsdl/lab';
import {
  Button,
  DetailHeader,
  EmptyState,
  ErrorState,
  Loaded,
  Loading,
  Notice,
  Segments,
  useDelayed,
  useMay,
  useQuery,
  useRun,
  useTops
} from '@topsdl/ui';
import { useEffect, useMemo, useRef, useState, type ComponentType, type JSX } from 'react';
import type { ActiveLabeling } from './active.ts';
import { Grid } from './Grid.tsx';
import { LabelBar } from './LabelBar.tsx';
import { NarrowingFields, type Narrowing } from './Narrowing.tsx';
import { Preview } from './Preview.tsx';
import { SavedMark } from './SavedMark.tsx';
import { useLabeling } from './useLabeling.ts';

const { datasets, labeling } = operations;

/** The panel of a dataset version; its keys go through `active`. */
export function makePanel(active: ActiveLabeling): ComponentType<PanelProps> {
  return function DatasetVersionPanel(props: PanelProps): JSX.Element {
    return <Labeling key={props.id} {...props} active={active} />;
  };
}

function Labeling({ panel, id: versionId, active }: PanelProps & { active: ActiveLabeling }) {
  const host = useTops();
  const { client, commands, registry, trans, translation } = host;
  const node = useRef<HTMLDivElement>(null);
  const version = useQuery(datasets.getVersion, { params: { versionId } }, [
    { kinds: ['dataset-version'], id: versionId }
  ]);
  const datasetId = version.data?.datasetId;
  const dataset = useQuery(datasets.get, datasetId ? { params: { datasetId } } : null, [
    { kinds: ['dataset'], id: datasetId }
  ]);
  const labels = useQuery(labeling.listLabels, { params: { versionId } }, [
    { kinds: ['label'] },
    { kinds: ['dataset-version'], id: versionId }
  ]);
  const [state, setState] = useState<ImageState>('unlabeled');
  const [narrowing, setNarrowing] = useState<Narrowing>({});
  const [text, setText] = useState('');
  const [opened, setOpened] = useState<number | null>(null);
  const search = useDelayed(text.trim(), 200);
  const { run } = useRun();
  const mayLabel = useMay('data', 'label', 'admin');
  const mayWrite = useMay('data', 'admin');
  const isAdmin = useMay('admin');
  const readOnly = dataset.data?.public ? !isAdmin : !mayLabel;
  const work = useLabeling(versionId, {
    state,
    ...(search ? { search } : {}),
    ...(state === 'labeled' ? narrowing : {})
  });
  const { labeler } = work;
  const known = useMemo(
    () => new Map((labels.data?.items ?? []).map(label => [label.id, label])),
    [labels.data]
  );

  const title = dataset.data && version.data && `${dataset.data.name} v${version.data.number}`;
  useEffect(() => {
    if (title) {
      panel.setTitle(title);
    }
  }, [title, panel]);
  useEffect(() => {
    panel.setDirty(work.saveState.kind !== 'saved');
  }, [panel, work.saveState.kind]);

  const counts = version.data?.counts;
  // A version that has nothing left to label is looked at for its labels.
  const settled = useRef(false);
  useEffect(() => {
    if (counts && !settled.current) {
      settled.current = true;
      if (counts.unlabeled === 0 && counts.labeled > 0) {
        setState('labeled');
      }
    }
  }, [counts]);

  const assign = (labelId: string | null) => {
    if (readOnly || work.selection.selected.size === 0) {
      return;
    }
    const label = labelId === null ? undefined : known.get(labelId);
    const count = work.selection.selected.size;
    const step = label
      ? trans._n('Label %1 image %2', 'Label %1 images %2', count, label.name)
      : trans._n('Remove the label of %1 image', 'Remove the label of %1 images', count);
    void run(() => work.assign(step, labelId, state));
  };

  const actions = useRef({ assign, labels: labels.data?.items ?? [] });
  actions.current = { assign, labels: labels.data?.items ?? [] };
  useEffect(() => {
    const element = node.current;
    return element
      ? active.add({
          node: element,
          assignByKey: key => {
            const label = actions.current.labels.find(({ shortcut }) => shortcut === key);
            if (label) {
              actions.current.assign(label.id);
            }
          },
          unlabel: () => actions.current.assign(null),
          undo: () => labeler.undo(),
          redo: () => labeler.redo(),
          get canUndo() {
            return labeler.undoTitle !== undefined;
          },
          get canRedo() {
            return labeler.redoTitle !== undefined;
          }
        })
      : undefined;
  }, [active, labeler, version.data !== undefined]);

  const createLabel = async (name: string): Promise<boolean> => {
    if (!datasetId) {
      return false;
    }
    const made = await run(() =>
      client.call(labeling.createLabel, { params: { datasetId }, body: { name } })
    );
    if (made) {
      labels.reload();
    }
    return made !== undefined;
  };

  const labelOf = (image: Image): Label | undefined => {
    const id = labeler.labelOf(image);
    return id === undefined ? undefined : known.get(id);
  };
  const mayImport = dataset.data?.public ? isAdmin : mayWrite;
  const number = (value: number) => value.toLocaleString(translation.locale);
  const image = opened === null ? undefined : work.at(opened);

  return (
    <Loaded query={version}>
      {found => (
        <div ref={node} className="topsdl-Labeling">
          <DetailHeader
            icon={datasetIcon}
            title={dataset.data?.name ?? ''}
            part={<span>v{found.number}</span>}
            facts={trans.__(
              '%1 of %2 labeled',
              number(found.counts.labeled),
              number(found.counts.total)
            )}
            progress={found.counts.total ? found.counts.labeled / found.counts.total : 0}
            actions={[
              ...(mayImport
                ? [
                    {
                      id: 'import',
                      label: trans.__('Import…'),
                      inline: true,
                      run: () => commands.execute('topsdl:datasets:import', { versionId })
                    }
                  ]
                : []),
              {
                id: 'output',
                label: trans.__('Export and Training Data…'),
                inline: true,
                run: () => commands.execute('topsdl:datasets:output', { versionId })
              }
            ]}
          />
          {work.conflicts > 0 && (
            <Notice
              tone="wait"
              action={<Button onClick={work.forgetConflicts}>{trans.__('OK')}</Button>}
            >
              {trans._n(
                '%1 image was labeled by someone else meanwhile; theirs is shown.',
                '%1 images were labeled by someone else meanwhile; theirs are shown.',
                work.conflicts
              )}
            </Notice>
          )}
          <div className="topsdl-Labeling-filters">
            <Segments<ImageState>
              label={trans.__('Which images')}
              value={state}
              onChange={setState}
              options={[
                {
                  value: 'unlabeled',
                  label: trans.__('Unlabeled %1', number(found.counts.unlabeled))
                },
                {
                  value: 'labeled',
                  label: trans.__('Labeled %1', number(found.counts.labeled))
                }
              ]}
            />
            {state === 'labeled' && (
              <NarrowingFields
                versionId={versionId}
                labels={labels.data?.items ?? []}
                value={narrowing}
                onChange={setNarrowing}
              />
            )}
            <input
              className="topsdl-Input"
              type="search"
              placeholder={trans.__('Search by name')}
              aria-label={trans.__('Search images by name')}
              maxLength={255}
              value={text}
              onChange={event => setText(event.target.value)}
            />
            <div className="topsdl-Labeling-work">
              <SavedMark
                state={work.saveState}
                onDiscard={() => {
                  labeler.discard();
                  work.reload();
                }}
              />
              {!readOnly && (
                <>
                  <Button
                    minimal
                    icon={undoIcon}
                    label={
                      labeler.undoTitle ? trans.__('Undo: %1', labeler.undoTitle) : trans.__('Undo')
                    }
                    disabled={labeler.undoTitle === undefined}
                    onClick={() => labeler.undo()}
                  />
                  <Button
                    minimal
                    icon={redoIcon}
                    label={
                      labeler.redoTitle ? trans.__('Redo: %1', labeler.redoTitle) : trans.__('Redo')
                    }
                    disabled={labeler.redoTitle === undefined}
                    onClick={() => labeler.redo()}
                  />
                </>
              )}
            </div>
          </div>
          <LabelBar
            trans={trans}
            labels={labels.data?.items ?? []}
            selectedCount={work.selection.selected.size}
            readOnly={readOnly}
            onAssign={assign}
            onCreate={createLabel}
            onEdit={label => {
              if (mayImport) {
                registry.open('label-form', label.id, { args: { versionId } });
              }
            }}
          />
          {work.error !== undefined && <ErrorState error={work.error} retry={work.reload} />}
          {work.total === undefined && work.error === undefined && <Loading />}
          {work.total === 0 && (
            <EmptyState
              action={
                mayImport && found.counts.total === 0 ? (
                  <Button
                    primary
                    onClick={() => void commands.execute('topsdl:datasets:import', { versionId })}
                  >
                    {trans.__('Import…')}
                  </Button>
                ) : undefined
              }
            >
              {found.counts.total === 0
                ? trans.__('This version has no images yet. Import an archive or single images.')
                : search || (state === 'labeled' && Object.keys(narrowing).length > 0)
                  ? trans.__('Nothing matches.')
                  : state === 'unlabeled'
                    ? trans.__('Everything is labeled.')
                    : trans.__('Nothing is labeled yet. Select images and press a label.')}
            </EmptyState>
          )}
          {work.total !== undefined && work.total > 0 && (
            <Grid
              trans={trans}
              count={work.total}
              at={work.at}
              onLook={work.onLook}
              labelOf={labelOf}
              thumbnail={entry =>
                client.url(datasets.thumbnail, {
                  params: { imageId: entry.id },
                  query: { size: 160 }
                })
              }
              selection={work.selection}
              onSelect={work.select}
              onOpen={() => setOpened(work.selection.focus)}
              cellWidth={112}
            />
          )}
          {image && opened !== null && (
            <Preview
              image={image}
              label={labelOf(image)}
              source={client.url(datasets.imageContent, { params: { imageId: image.id } })}
              position={opened}
              count={work.total ?? 0}
              onMove={by =>
                setOpened(Math.min(Math.max(0, opened + by), Math.max(0, (work.total ?? 1) - 1)))
              }
              onClose={() => setOpened(null)}
            />
          )}
        </div>
      )}
    </Loaded>
  );
}
