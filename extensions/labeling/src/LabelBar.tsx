import type { TranslationBundle } from '@jupyterlab/translation';
import type { Label } from '@topsdl/contract';
import { Button } from '@topsdl/ui';
import { useState, type FormEvent, type JSX } from 'react';

export interface LabelBarProps {
  readonly trans: TranslationBundle;
  readonly labels: readonly Label[];
  readonly selectedCount: number;
  readonly readOnly: boolean;
  readonly onAssign: (labelId: string | null) => void;
  /** Makes a label; resolves false when it was refused, so that what was typed stays. */
  readonly onCreate: (name: string) => Promise<boolean>;
  readonly onEdit: (label: Label) => void;
}

/** The labels as buttons with their number key, and a field for a new one. */
export function LabelBar(props: LabelBarProps): JSX.Element {
  const { trans, labels, selectedCount } = props;
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const nothing = selectedCount === 0 || props.readOnly;

  const create = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (!wanted || busy) {
      return;
    }
    setBusy(true);
    if (await props.onCreate(wanted)) {
      setName('');
    }
    setBusy(false);
  };

  return (
    <div className="topsdl-LabelBar" role="toolbar" aria-label={trans.__('Labels')}>
      <span className="topsdl-LabelBar-count" aria-live="polite">
        {trans._n('%1 selected', '%1 selected', selectedCount)}
      </span>
      {labels.map(label => (
        <span
          key={label.id}
          className="topsdl-LabelBar-label"
          onContextMenu={event => {
            event.preventDefault();
            props.onEdit(label);
          }}
          onKeyDown={event => {
            if (event.key === 'F2') {
              event.preventDefault();
              props.onEdit(label);
            }
          }}
        >
          <Button
            disabled={nothing}
            title={trans.__(
              '%1 images carry it. F2 or the right mouse button edits it.',
              label.imageCount
            )}
            onClick={() => props.onAssign(label.id)}
          >
            <span
              className="topsdl-ImageGrid-color"
              style={{ backgroundColor: label.color }}
              aria-hidden="true"
            />
            <span className="topsdl-LabelBar-name">{label.name}</span>
            {label.shortcut && <kbd>{label.shortcut}</kbd>}
          </Button>
        </span>
      ))}
      <Button
        minimal
        disabled={nothing}
        title={trans.__('Remove label')}
        onClick={() => props.onAssign(null)}
      >
        {trans.__('Remove label')} <kbd>Del</kbd>
      </Button>
      {!props.readOnly && (
        <form className="topsdl-LabelBar-new" onSubmit={event => void create(event)}>
          <input
            className="topsdl-Input"
            value={name}
            maxLength={50}
            placeholder={trans.__('New label')}
            aria-label={trans.__('New label')}
            onChange={event => setName(event.target.value)}
          />
          <Button submit disabled={busy || name.trim() === ''}>
            {trans.__('Add')}
          </Button>
        </form>
      )}
    </div>
  );
}
