import { operations, type Label } from '@topsdl/contract';
import type { PanelProps } from '@topsdl/lab';
import { confirm, Form, useRun, useTops, Button, Loaded, useQuery } from '@topsdl/ui';
import { deleteIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

const { labeling } = operations;

/** Edits a label; the panel's id is the label's, its argument the version whose counts are shown. */
export default function LabelForm({ panel, id, args }: PanelProps): JSX.Element {
  const host = useTops();
  const { client, trans } = host;
  const { run } = useRun();
  const versionId = String(args['versionId']);
  const labels = useQuery(labeling.listLabels, { params: { versionId } }, [{ kinds: ['label'] }]);

  const remove = async (label: Label) => {
    const sure = await confirm(host, {
      title: trans.__('Delete %1?', label.name),
      text: trans.__('A label that is on images cannot be deleted.'),
      accept: trans.__('Delete'),
      danger: true
    });
    if (sure) {
      await run(async () => {
        await client.call(labeling.deleteLabel, { params: { labelId: id } });
        panel.close();
      });
    }
  };

  return (
    <Loaded query={labels}>
      {({ items }) => {
        const label = items.find(entry => entry.id === id);
        return label ? (
          <Form<Label>
            operation={labeling.updateLabel}
            params={{ labelId: id }}
            title={trans.__('Edit Label')}
            note={label.name}
            edits={{ name: label.name, color: label.color, shortcut: label.shortcut }}
            hints={{
              name: { label: trans.__('Name') },
              color: { label: trans.__('Colour'), widget: 'color' },
              shortcut: {
                label: trans.__('Number key'),
                none: trans.__('none'),
                options: Array.from('1234567890', key => ({ value: key, label: key }))
              }
            }}
            submits={[{ id: 'save', label: trans.__('Save') }]}
            submit={body => client.call(labeling.updateLabel, { params: { labelId: id }, body })}
            onDone={() => panel.close()}
            panel={panel}
          >
            <Button danger icon={deleteIcon} onClick={() => void remove(label)}>
              {trans.__('Delete…')}
            </Button>
          </Form>
        ) : (
          <p>{trans.__('The label was deleted.')}</p>
        );
      }}
    </Loaded>
  );
}
