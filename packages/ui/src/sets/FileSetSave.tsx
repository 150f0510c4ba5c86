import { MAX_VERSION_FILES, type FileSet } from '@topsdl/contract';
import { baseName, formatBytes, formatNumber, type PanelProps } from '@topsdl/lab';
import { useEffect, useRef, useState, type JSX } from 'react';
import { ProgressBar } from '../feedback/marks.tsx';
import { notify } from '../feedback/report.ts';
import { Button, EmptyState, ErrorState, Loading } from '../feedback/states.tsx';
import { collectFiles, type Collection } from '../files/collect.ts';
import type { Option, Values } from '../form/fields.ts';
import { Form } from '../form/Form.tsx';
import { useMay, useProjectId, useTops } from '../host.tsx';
import type { SetKind } from './kind.ts';
import { saveFiles, type SaveTarget } from './save.ts';
import { scenarioOptions } from './scenarios.ts';

type Props = PanelProps & { readonly kind: SetKind };

/** Files that are named; so many, then only how many there are. */
const SHOWN = 12;

/** Makes a version of files of JupyterLab's, of a new set or of one that is there; `args.paths` are the files. */
export function FileSetSave({ args, ...props }: Props): JSX.Element {
  const { contents, trans, translation } = useTops();
  const paths = Array.isArray(args['paths']) ? args['paths'].map(String) : [];
  const [found, setFound] = useState<Collection | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const aborter = new AbortController();
    collectFiles(contents, paths, aborter.signal).then(setFound, (failure: unknown) => {
      if (!aborter.signal.aborted) {
        setError(failure);
      }
    });
    return () => aborter.abort();
    // The arguments of a panel never change.
  }, [contents, attempt]);
  if (found && (found.files.length === 0 || found.files.length > MAX_VERSION_FILES)) {
    return (
      <EmptyState>
        {found.files.length === 0
          ? trans.__('There are no files in what was marked.')
          : trans.__(
              'There are %1 files in what was marked; a version is made of at most %2 at once.',
              formatNumber(found.files.length, translation.locale),
              formatNumber(MAX_VERSION_FILES, translation.locale)
            )}
      </EmptyState>
    );
  }
  if (found) {
    return <Save {...props} args={args} found={found} first={paths[0] ?? ''} />;
  }
  return error === undefined ? (
    <Loading />
  ) : (
    <ErrorState
      error={error}
      retry={() => {
        setError(undefined);
        setAttempt(attempt + 1);
      }}
    />
  );
}

function Save(props: Props & { found: Collection; first: string }): JSX.Element {
  const { panel, kind, found, first } = props;
  const host = useTops();
  const { client, contents, registry, trans, works } = host;
  const projectId = useProjectId();
  const isAdmin = useMay('admin');
  const sets = useRef(new Map<string, FileSet>());
  const [sending, setSending] = useState<{ share: number; cancel: () => void } | null>(null);
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    []
  );
  const chosen = ({ setId }: Values) => sets.current.get(String(setId));
  const isNew = (values: Values) => !values['setId'];

  const search = async (text: string): Promise<Option[]> => {
    const page = await client.call(kind.operations.list, {
      params: { projectId },
      query: { search: text || undefined, visibility: isAdmin ? 'all' : 'project', limit: 50 }
    });
    return page.items.map(set => {
      sets.current.set(set.id, set);
      const newest = set.versions[0];
      return {
        value: set.id,
        label: set.name,
        ...(newest && { note: trans.__('newest is v%1', newest.number) })
      };
    });
  };

  const targetOf = (body: Values, values: Values): SaveTarget => {
    const set = chosen(values);
    return set
      ? {
          kind: 'existing',
          setId: set.id,
          fromVersionId: values['keep'] === true ? (set.versions[0]?.id ?? null) : null
        }
      : { kind: 'new', set: body as Extract<SaveTarget, { kind: 'new' }>['set'] };
  };

  return (
    <Form
      operation={kind.operations.create}
      title={kind.words.save}
      initial={{ name: suggestedName(first), keep: !found.whole }}
      hints={{
        setId: {
          label: trans.__('Version of'),
          search,
          none: trans.__('a new set'),
          widget: 'choice',
          wide: true
        },
        name: { label: trans.__('Name'), when: isNew },
        scenario: {
          label: trans.__('Scenario'),
          options: scenarioOptions(host),
          initial: 'image-classification',
          when: isNew
        },
        details: { label: trans.__('Details'), widget: 'textarea', wide: true, when: isNew },
        public: {
          label: trans.__('Public'),
          help: trans.__('Everyone reads it, in every project; administrators change it.'),
          when: values => isAdmin && isNew(values)
        },
        keep: {
          label: trans.__('Keep the other files of the newest version'),
          widget: 'switch',
          wide: true,
          when: values => (chosen(values)?.versions.length ?? 0) > 0
        }
      }}
      submits={[{ id: 'save', label: trans.__('Save') }]}
      submit={(body, _id, values) => {
        const subject = chosen(values)?.name ?? String(values['name']);
        return works.run({ title: kind.words.save, subject }, control => {
          const { cancel } = control;
          const progress = (share: number) => {
            control.progress(share);
            setSending({ share, cancel });
          };
          progress(0);
          const target = targetOf(body, values);
          const parts = { client, contents, projectId, operations: kind.operations };
          return saveFiles(parts, found.files, target, { ...control, progress }).finally(() =>
            setSending(null)
          );
        });
      }}
      onDone={version => {
        if (gone.current) {
          notify(trans.__('Version %1 was saved.', version.number));
        } else {
          panel.close();
          registry.open(kind.panels.version, version.id);
        }
      }}
      panel={panel}
    >
      <FilesToSave found={found} />
      {sending && (
        <p className="topsdl-Inline" role="status">
          <ProgressBar share={sending.share} label={trans.__('Sending the files')} />
          <Button onClick={sending.cancel}>{trans.__('Cancel sending')}</Button>
        </p>
      )}
    </Form>
  );
}

/** What goes into the version. */
function FilesToSave({ found }: { found: Collection }): JSX.Element {
  const { trans, translation } = useTops();
  const { files, bytes, unfit } = found;
  const more = files.length - SHOWN;
  return (
    <section className="topsdl-Field topsdl-mod-wide" aria-label={trans.__('Files')}>
      <p>
        {trans._n('%1 file', '%1 files', files.length)}, {formatBytes(bytes, translation.locale)}
      </p>
      <ul className="topsdl-Files-names">
        {files.slice(0, SHOWN).map(({ path }) => (
          <li key={path}>{path}</li>
        ))}
        {more > 0 && <li>{trans._n('and %1 more', 'and %1 more', more)}</li>}
      </ul>
      {unfit.length > 0 && (
        <p className="topsdl-Field-fault" role="alert">
          {trans.__('Left out, as no file of a version may be called so: %1', unfit.join(', '))}
        </p>
      )}
    </section>
  );
}

/** A name for a set, from what its files are called. */
function suggestedName(path: string): string {
  const name = baseName(path).replace(/\.[^.]+$/, '');
  return [...name.replace(/[/:*?"<>|'\\]/g, ' ').trim()].slice(0, 50).join('');
}
