import { operations, type Dataset } from '@topsdl/contract';
import type { PanelProps } from '@topsdl/lab';
import { Form, Loaded, reportError, useMay, useProjectId, useQuery, useTops } from '@topsdl/ui';
import type { JSX } from 'react';

const { datasets } = operations;

/** Creates a dataset, or renames one: the panel's id is the dataset's, or `new`. */
export default function DatasetForm(props: PanelProps): JSX.Element {
  return props.id === 'new' ? <Create {...props} /> : <Rename {...props} />;
}

function Create({ panel }: PanelProps): JSX.Element {
  const host = useTops();
  const { client, registry, trans } = host;
  const projectId = useProjectId();
  const isAdmin = useMay('admin');
  return (
    <Form<Dataset>
      operation={datasets.create}
      title={trans.__('New Dataset')}
      memory="dataset"
      initial={{ dataType: 'image', annotationType: 'classification' }}
      hints={{
        name: { label: trans.__('Name') },
        dataType: {
          label: trans.__('Data type'),
          options: [{ value: 'image', label: trans.__('Image') }]
        },
        annotationType: {
          label: trans.__('Annotation type'),
          options: [{ value: 'classification', label: trans.__('Classification') }]
        },
        public: {
          label: trans.__('Public'),
          help: trans.__('Everyone reads it, in every project; administrators change it.'),
          when: () => isAdmin
        }
      }}
      submits={[
        { id: 'create', label: trans.__('Create') },
        { id: 'import', label: trans.__('Create and Import') }
      ]}
      submit={body => client.call(datasets.create, { params: { projectId }, body: body as never })}
      onDone={(dataset, id) => {
        panel.close();
        if (id === 'import') {
          void client
            .call(datasets.createVersion, { params: { datasetId: dataset.id }, body: {} })
            .then(
              version => registry.open('dataset-import', version.id),
              (error: unknown) => reportError(host, error)
            );
        }
      }}
      panel={panel}
      params={{}}
    />
  );
}

function Rename({ panel, id }: PanelProps): JSX.Element {
  const { client, trans } = useTops();
  const state = useQuery(datasets.get, { params: { datasetId: id } }, [{ kinds: ['dataset'], id }]);
  return (
    <Loaded query={state}>
      {dataset => (
        <Form<Dataset>
          operation={datasets.update}
          title={trans.__('Rename Dataset')}
          note={dataset.name}
          edits={{ name: dataset.name }}
          params={{ datasetId: id }}
          hints={{ name: { label: trans.__('Name') } }}
          submits={[{ id: 'save', label: trans.__('Save') }]}
          submit={body =>
            client.call(datasets.update, {
              params: { datasetId: id },
              body: { name: dataset.name, ...body }
            })
          }
          onDone={() => panel.close()}
          panel={panel}
        />
      )}
    </Loaded>
  );
}
