import { operations, type Service } from '@topsdl/contract';
import type { PanelProps } from '@topsdl/lab';
import { Form, Loaded, useProjectId, useQuery, useTops } from '@topsdl/ui';
import type { JSX } from 'react';

const { serving } = operations;

/** Creates a service, or edits its details; the panel's id is the service's or `new`. */
export default function ServiceForm(props: PanelProps): JSX.Element {
  return props.id === 'new' ? <Create {...props} /> : <Edit {...props} />;
}

function Create({ panel }: PanelProps): JSX.Element {
  const { client, registry, trans } = useTops();
  const projectId = useProjectId();
  return (
    <Form<Service>
      operation={serving.createService}
      title={trans.__('New Online Service')}
      memory="service"
      hints={{
        name: { label: trans.__('Name') },
        details: { label: trans.__('Details'), widget: 'textarea', wide: true }
      }}
      submits={[{ id: 'create', label: trans.__('Create') }]}
      submit={body =>
        client.call(serving.createService, { params: { projectId }, body: body as never })
      }
      onDone={made => {
        panel.close();
        registry.open('service', made.id);
      }}
      panel={panel}
      params={{}}
    />
  );
}

function Edit({ panel, id }: PanelProps): JSX.Element {
  const { client, trans } = useTops();
  const query = useQuery(serving.getService, { params: { serviceId: id } });
  return (
    <Loaded query={query}>
      {value => (
        <Form<Service>
          operation={serving.updateService}
          params={{ serviceId: id }}
          title={value.name}
          edits={{ details: value.details }}
          hints={{ details: { label: trans.__('Details'), widget: 'textarea', wide: true } }}
          submits={[{ id: 'save', label: trans.__('Save') }]}
          submit={body =>
            client.call(serving.updateService, {
              params: { serviceId: id },
              body: { details: value.details, ...body }
            })
          }
          onDone={() => panel.close()}
          panel={panel}
        />
      )}
    </Loaded>
  );
}
