import type { TranslationBundle } from '@jupyterlab/translation';
import type { Image, Label } from '@topsdl/contract';
import { memo, useState, type CSSProperties } from 'react';

export interface CellProps {
  readonly trans: TranslationBundle;
  readonly index: number;
  readonly count: number;
  /** Undefined while it is being loaded. */
  readonly image: Image | undefined;
  readonly label: Label | undefined;
  /** Address of the thumbnail. */
  readonly source: string | undefined;
  readonly selected: boolean;
  readonly focused: boolean;
  readonly style: CSSProperties;
}

/** One image of the grid with its label. */
export const Cell = memo(function Cell(props: CellProps): JSX.Element {
  const { image, label, trans } = props;
  const [broken, setBroken] = useState(false);
  const name = image?.name.slice(image.name.lastIndexOf('/') + 1) ?? '';
  const automatic = image?.annotations[0]?.source === 'auto' ? image.annotations[0] : undefined;
  const said = label ? trans.__('%1, labeled %2', name, label.name) : name;
  return (
    <div
      id={`topsdl-image-${props.index}`}
      role="option"
      aria-selected={props.selected}
      aria-posinset={props.index + 1}
      aria-setsize={props.count}
      aria-label={image ? said : trans.__('Loading')}
      title={image?.name}
      className={[
        'topsdl-ImageGrid-cell',
        props.selected ? 'topsdl-mod-selected' : '',
        props.focused ? 'topsdl-mod-focused' : ''
      ].join(' ')}
      style={props.style}
    >
      <div className="topsdl-ImageGrid-picture">
        {image && !broken && (
          <img
            src={props.source}
            alt=""
            draggable={false}
            loading="lazy"
            decoding="async"
            onError={() => setBroken(true)}
          />
        )}
        {broken && <span>{trans.__('Cannot be shown')}</span>}
      </div>
      <div className="topsdl-ImageGrid-caption">
        {label && (
          <span
            className="topsdl-ImageGrid-color"
            style={{ backgroundColor: label.color }}
            aria-hidden="true"
          />
        )}
        <span className="topsdl-ImageGrid-name">{label?.name ?? name}</span>
        {automatic?.score !== null && automatic !== undefined && (
          <span className="topsdl-ImageGrid-score">{automatic.score.toFixed(2)}</span>
        )}
      </div>
    </div>
  );
}, sameCell);

function sameCell(a: CellProps, b: CellProps): boolean {
  return (
    a.image === b.image &&
    a.label === b.label &&
    a.selected === b.selected &&
    a.focused === b.focused &&
    a.index === b.index &&
    a.count === b.count &&
    a.style.left === b.style.left &&
    a.style.top === b.style.top &&
    a.style.width === b.style.width &&
    a.style.height === b.style.height
  );
}
