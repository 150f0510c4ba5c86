import type { TranslationBundle } from '@jupyterlab/translation';
import type { Label } from '@topsdl/contract';
import { useState, type FormEvent } from 'react';

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

/** The labels as buttons with an arrow and their number key, and a field for a new one. */
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
        <button
          key={label.id}
          type="button"
          className="jp-Button jp-mod-styled topsdl-LabelBar-label"
          disabled={nothing}
          title={trans.__('%1 images carry it. Right-click to edit it.', label.imageCount)}
          onClick={() => props.onAssign(label.id)}
          onContextMenu={event => {
            event.preventDefault();
            props.onEdit(label);
          }}
        >
          <span aria-hidden="true">→</span>
          <span
            className="topsdl-ImageGrid-color"
            style={{ backgroundColor: label.color }}
            aria-hidden="true"
          />
          <span className="topsdl-LabelBar-name">{label.name}</span>
          {label.shortcut && <kbd>{label.shortcut}</kbd>}
        </button>
      ))}
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
          <button
            type="submit"
            className="jp-Button jp-mod-styled"
            disabled={busy || name.trim() === ''}
          >
            {trans.__('Add')}
          </button>
        </form>
      )}
      <button
        type="button"
        className="jp-Button jp-mod-styled topsdl-LabelBar-clear"
        disabled={nothing}
        onClick={() => props.onAssign(null)}
      >
        {trans.__('Remove label')} <kbd>Del</kbd>
      </button>
    </div>
  );
}
