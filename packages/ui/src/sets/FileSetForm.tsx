import type { FileSet } from '@topsdl/contract';
import type { PanelProps } from '@topsdl/lab';
import type { JSX } from 'react';
import { Loaded } from '../feedback/Loaded.tsx';
import { Form } from '../form/Form.tsx';
import { useMay, useProjectId, useTops } from '../host.tsx';
import { useQuery } from '../store/hooks.ts';
import type { SetKind } from './kind.ts';
import { scenarioOptions } from './scenarios.ts';

type Props = PanelProps & { readonly kind: SetKind };

/** Creates a file set, or edits its details; the panel's id is the set's or `new`. */
export function FileSetForm(props: Props): JSX.Element {
  return props.id === 'new' ? <Create {...props} /> : <Edit {...props} />;
}

function Create({ panel, kind }: Props): JSX.Element {
  const host = useTops();
  const { client, trans } = host;
  const projectId = useProjectId();
  const isAdmin = useMay('admin');
  const { operations } = kind;
  return (
    <Form<FileSet>
      operation={operations.create}
      params={{}}
      title={kind.words.create}
      memory={kind.panels.form}
      hints={{
        name: { label: trans.__('Name') },
        scenario: {
          label: trans.__('Scenario'),
          options: scenarioOptions(host),
          initial: 'image-classification',
          remember: true
        },
        details: { label: trans.__('Details'), widget: 'textarea', wide: true },
        public: {
          label: trans.__('Public'),
          help: trans.__('Everyone reads it, in every project; administrators change it.'),
          when: () => isAdmin
        }
      }}
      submits={[{ id: 'create', label: trans.__('Create') }]}
      submit={async body => {
        const made = await client.call(operations.create, {
          params: { projectId },
          body: body as { name: string; scenario: FileSet['scenario'] }
        });
        if (kind.firstVersion) {
          const version = await client.call(operations.createVersion, {
            params: { setId: made.id },
            body: {}
          });
          await kind.browse(made, version);
        }
        return made;
      }}
      onDone={() => panel.close()}
      panel={panel}
    />
  );
}

function Edit({ panel, id, kind }: Props): JSX.Element {
  const { client, trans } = useTops();
  const query = useQuery(kind.operations.get, { params: { setId: id } });
  return (
    <Loaded query={query}>
      {set => (
        <Form<FileSet>
          operation={kind.operations.update}
          params={{ setId: id }}
          title={set.name}
          edits={{ details: set.details }}
          hints={{ details: { label: trans.__('Details'), widget: 'textarea', wide: true } }}
          submits={[{ id: 'save', label: trans.__('Save') }]}
          submit={body =>
            client.call(kind.operations.update, {
              params: { setId: id },
              body: { details: set.details, ...body }
            })
          }
          onDone={() => panel.close()}
          panel={panel}
        />
      )}
    </Loaded>
  );
}
