import { operations, type ComputeSpec, type InputOf } from '@topsdl/contract';
import { formatBytes, formatNumber } from '@topsdl/lab';
import { Form, useList, useTops, type Column, type Values } from '@topsdl/ui';
import type { JSX } from 'react';
import { Managed } from './Managed.tsx';
import { Tolerations } from './Tolerations.tsx';

type Body = InputOf<typeof operations.admin.createSpec>['body'];

/** What a node can be given. */
export function Specs(): JSX.Element {
  const { client, trans, translation } = useTops();
  const { locale } = translation;
  const columns: readonly Column<ComputeSpec>[] = [
    { id: 'name', label: trans.__('Name'), width: 'minmax(80px, 2fr)', cell: ({ name }) => name },
    {
      id: 'model',
      label: trans.__('Model'),
      width: 'minmax(52px, 1fr)',
      cell: ({ model }) => model
    },
    {
      id: 'cpu',
      label: 'CPU',
      width: 'minmax(40px, 1fr)',
      align: 'end',
      cell: ({ cpu }) => formatNumber(cpu, locale)
    },
    {
      id: 'memory',
      label: trans.__('Memory'),
      width: 'minmax(60px, 1fr)',
      align: 'end',
      cell: ({ memoryBytes }) => formatBytes(memoryBytes, locale)
    },
    {
      id: 'cards',
      label: trans.__('Cards'),
      width: 'minmax(110px, 2fr)',
      cell: ({ cards, cardResource }) =>
        cards > 0 && cardResource ? <code>{`${cardResource}: ${cards}`}</code> : trans.__('none')
    },
    {
      id: 'ib',
      label: 'IB',
      width: '48px',
      cell: ({ ib }) => (ib ? trans.__('on') : trans.__('off'))
    },
    {
      id: 'roce',
      label: 'RoCE',
      width: '48px',
      cell: ({ roce }) => (roce ? trans.__('on') : trans.__('off'))
    }
  ];
  return (
    <Managed<ComputeSpec>
      label={trans.__('Compute specs')}
      add={trans.__('Add Compute Spec')}
      purpose={trans.__('A compute spec says what a node is given: cores, memory, cards.')}
      columns={columns}
      useRows={search =>
        useList(
          operations.admin.listSpecs,
          { query: { search } },
          {
            watch: [{ kinds: ['compute-spec'] }],
            item: specId => client.call(operations.admin.getSpec, { params: { specId } })
          }
        )
      }
      remove={({ id }) => client.call(operations.admin.deleteSpec, { params: { specId: id } })}
      removal={() =>
        trans.__(
          'Definitions and services that use it keep it from being deleted. What runs goes on.'
        )
      }
      form={(spec, close) => (
        <Form<unknown>
          operation={spec ? operations.admin.updateSpec : operations.admin.createSpec}
          title={spec ? trans.__('Edit %1', spec.name) : trans.__('New Compute Spec')}
          memory="compute-spec"
          edits={spec ? { ...spec } : undefined}
          initial={{
            model: 'CPU',
            cpu: 1,
            memoryBytes: 1024 ** 3,
            cards: 0,
            ib: false,
            roce: false,
            nodeSelector: {},
            tolerations: []
          }}
          hints={{
            name: { label: trans.__('Name') },
            model: {
              label: trans.__('Model'),
              help: trans.__('Such as CPU, T10 or T20; shown to people only.')
            },
            cpu: { label: trans.__('CPU'), unit: trans.__('cores a node') },
            memoryBytes: {
              label: trans.__('Memory'),
              widget: 'bytes',
              help: trans.__('Of a node, such as 16Gi.')
            },
            cards: { label: trans.__('Cards'), unit: trans.__('a node') },
            cardResource: {
              label: trans.__('Card resource'),
              placeholder: 'enflame.com/dtu',
              help: trans.__('What the cards are counted as.'),
              initial: 'enflame.com/dtu',
              when: holdsCards
            },
            ib: {
              label: 'IB',
              help: trans.__('On a cluster: nodes are connected by InfiniBand.')
            },
            roce: { label: 'RoCE', help: trans.__('On a cluster: nodes are connected by RoCE.') },
            nodeSelector: {
              label: trans.__('Node selector'),
              help: trans.__('On a cluster: labels that a machine has to have.')
            },
            tolerations: {
              label: trans.__('Tolerations'),
              wide: true,
              help: trans.__('On a cluster: taints of machines that nodes may run in spite of.'),
              render: props => <Tolerations {...props} />
            }
          }}
          submits={[{ id: 'save', label: spec ? trans.__('Save') : trans.__('Add') }]}
          submit={values => {
            const body = withoutCards(values, spec);
            return spec
              ? client.call(operations.admin.updateSpec, { params: { specId: spec.id }, body })
              : client.call(operations.admin.createSpec, { body: body as Body });
          }}
          onDone={close}
          onCancel={close}
          params={spec ? { specId: spec.id } : {}}
        />
      )}
    />
  );
}

function holdsCards({ cards }: Values): boolean {
  return typeof cards === 'number' && cards > 0;
}

/** A spec without cards has no resource to count them as. */
function withoutCards(values: Values, spec: ComputeSpec | null): Partial<Body> {
  const cards = values['cards'] ?? spec?.cards;
  return cards === 0 ? { ...values, cardResource: null } : values;
}
