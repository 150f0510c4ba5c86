import { operations, type Dataset } from '@topsdl/contract';
import { baseName, type PanelProps } from '@topsdl/lab';
import { Form, useProjectId, useTops, type Option, type Values } from '@topsdl/ui';
import { useRef, useState, type JSX } from 'react';
import { bringFiles } from './bring.ts';
import { ImportInto } from './ImportInto.tsx';

const { datasets } = operations;
type Body = Parameters<typeof createDataset>[1];

/** Imports files of JupyterLab's into a dataset that is chosen first; `args.paths` are the files. */
export default function AddPanel(props: PanelProps): JSX.Element {
  const { contents } = useTops();
  const [versionId, setVersionId] = useState<string | undefined>(undefined);
  const paths = Array.isArray(props.args['paths']) ? props.args['paths'].map(String) : [];
  return versionId === undefined ? (
    <Choose {...props} paths={paths} onChosen={setVersionId} />
  ) : (
    <ImportInto
      panel={props.panel}
      versionId={versionId}
      bring={control => bringFiles(contents, paths, control)}
    />
  );
}

interface ChooseProps extends PanelProps {
  readonly paths: readonly string[];
  onChosen(versionId: string): void;
}

/** A version of one of the project's datasets, or a new dataset. */
function Choose({ panel, paths, onChosen }: ChooseProps): JSX.Element {
  const { client, trans } = useTops();
  const projectId = useProjectId();
  const found = useRef(new Map<string, Dataset>());
  const chosen = (values: Values) => found.current.get(String(values['datasetId']));
  const isNew = (values: Values) => !values['datasetId'];
  const search = async (text: string): Promise<Option[]> => {
    const page = await client.call(datasets.list, {
      params: { projectId },
      query: { search: text || undefined, limit: 50 }
    });
    return page.items.map(dataset => {
      found.current.set(dataset.id, dataset);
      const newest = dataset.versions[0];
      return {
        value: dataset.id,
        label: dataset.name,
        ...(newest && { note: trans.__('newest is v%1', newest.number) })
      };
    });
  };
  return (
    <Form<string>
      operation={datasets.create}
      title={trans.__('Add to Dataset')}
      note={paths.map(baseName).join(', ')}
      initial={{
        name: baseName(paths[0] ?? '').replace(/(\.tar)?\.[^.]+$/, ''),
        dataType: 'image',
        annotationType: 'classification'
      }}
      hints={{
        datasetId: {
          label: trans.__('Dataset'),
          widget: 'choice',
          search,
          none: trans.__('a new dataset'),
          wide: true
        },
        name: { label: trans.__('Name'), when: isNew },
        annotationType: {
          label: trans.__('Annotation type'),
          options: [{ value: 'classification', label: trans.__('Classification') }],
          when: isNew
        },
        newVersion: {
          label: trans.__('As a new version, which begins with the newest one'),
          widget: 'switch',
          wide: true,
          when: values => (chosen(values)?.versions.length ?? 0) > 0
        }
      }}
      submits={[{ id: 'next', label: trans.__('Go On') }]}
      submit={async (body, _id, values) => {
        const dataset =
          chosen(values) ?? (await createDataset({ client, projectId }, body as Body));
        const newest = dataset.versions[0];
        if (newest && values['newVersion'] !== true) {
          return newest.id;
        }
        const made = await client.call(datasets.createVersion, {
          params: { datasetId: dataset.id },
          body: { baseVersionId: newest?.id ?? null }
        });
        return made.id;
      }}
      onDone={onChosen}
      panel={panel}
    />
  );
}

function createDataset(
  { client, projectId }: Pick<ReturnType<typeof useTops>, 'client'> & { projectId: string },
  body: { name: string; dataType: 'image'; annotationType: 'classification' }
): Promise<Dataset> {
  return client.call(datasets.create, { params: { projectId }, body });
}
