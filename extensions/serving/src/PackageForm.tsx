import { operations, type Package } from '@topsdl/contract';
import type { PanelProps } from '@topsdl/lab';
import {
  Dot,
  Form,
  Loaded,
  scenarioOptions,
  Table,
  TimeAgo,
  useList,
  useProjectId,
  useQuery,
  useTops
} from '@topsdl/ui';
import type { JSX } from 'react';
import { buildState } from './states.ts';

const { serving } = operations;

/** Creates a model package, or edits its details and lists its versions; the id is the package's or `new`. */
export default function PackageForm(props: PanelProps): JSX.Element {
  return props.id === 'new' ? <Create {...props} /> : <Edit {...props} />;
}

function Create({ panel }: PanelProps): JSX.Element {
  const host = useTops();
  const { client, registry, trans } = host;
  const projectId = useProjectId();
  return (
    <Form<Package>
      operation={serving.createPackage}
      params={{}}
      title={trans.__('New Model Package')}
      memory="package"
      hints={{
        name: { label: trans.__('Name') },
        scenario: {
          label: trans.__('Scenario'),
          options: scenarioOptions(host),
          initial: 'image-classification'
        },
        details: { label: trans.__('Details'), widget: 'textarea', wide: true }
      }}
      submits={[{ id: 'create', label: trans.__('Create') }]}
      submit={body =>
        client.call(serving.createPackage, { params: { projectId }, body: body as never })
      }
      onDone={made => {
        panel.close();
        registry.open('package-version-form', `new-${made.id}`, { args: { packageId: made.id } });
      }}
      panel={panel}
    />
  );
}

function Edit({ panel, id }: PanelProps): JSX.Element {
  const host = useTops();
  const { client, registry, trans } = host;
  const query = useQuery(serving.getPackage, { params: { packageId: id } }, [
    { kinds: ['package'], id }
  ]);
  const versions = useList(
    serving.listPackageVersions,
    { params: { packageId: id }, query: { limit: 200 } },
    { watch: [{ kinds: ['package-version'], parentId: id }] }
  );
  return (
    <Loaded query={query}>
      {value => (
        <Form<Package>
          operation={serving.updatePackage}
          params={{ packageId: id }}
          title={value.name}
          edits={{ details: value.details }}
          hints={{ details: { label: trans.__('Details'), widget: 'textarea', wide: true } }}
          submits={[{ id: 'save', label: trans.__('Save') }]}
          submit={body =>
            client.call(serving.updatePackage, {
              params: { packageId: id },
              body: { details: value.details, ...body }
            })
          }
          onDone={() => panel.close()}
          panel={panel}
        >
          <Table
            whole
            label={trans.__('Versions')}
            items={versions.items}
            id={version => version.id}
            open={version => registry.open('package-version', version.id)}
            columns={[
              { id: 'number', label: trans.__('Version'), cell: version => `v${version.number}` },
              {
                id: 'state',
                label: trans.__('State'),
                cell: version => {
                  const { tone, text } = buildState(version.state, host);
                  return (
                    <>
                      <Dot tone={tone} /> {text}
                    </>
                  );
                }
              },
              {
                id: 'created',
                label: trans.__('Created'),
                cell: version => <TimeAgo time={version.createdAt} />
              }
            ]}
          />
        </Form>
      )}
    </Loaded>
  );
}
