import { caretLeftIcon, caretRightIcon, closeIcon } from '@jupyterlab/ui-components';
import type { Image, Label } from '@topsdl/contract';
import { formatBytes } from '@topsdl/lab';
import { Button, useTops } from '@topsdl/ui';
import { useEffect, useRef, type JSX, type KeyboardEvent } from 'react';

export interface PreviewProps {
  readonly image: Image;
  readonly label: Label | undefined;
  readonly source: string;
  readonly position: number;
  readonly count: number;
  onMove(by: number): void;
  onClose(): void;
}

/** Pixels an edge below which an image is shown as the squares it is made of. */
const SMALL = 256;

/** One image, large, over the grid. */
export function Preview(props: PreviewProps): JSX.Element {
  const { image, label, position, count } = props;
  const { trans, translation } = useTops();
  const node = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    node.current?.focus();
    return () => {
      if (before instanceof HTMLElement) {
        before.focus();
      }
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, d: -1, ArrowRight: 1, f: 1 }[event.key];
    if (event.key === 'Escape' || event.key === 'Enter') {
      props.onClose();
    } else if (by !== undefined) {
      props.onMove(by);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={node}
      className="topsdl-Preview"
      role="dialog"
      aria-label={image.name}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <header>
        <strong title={image.name}>{image.name}</strong>
        <span>
          {image.width} × {image.height}, {formatBytes(image.bytes, translation.locale)}
        </span>
        {label && (
          <span>
            <span
              className="topsdl-ImageGrid-color"
              style={{ backgroundColor: label.color, display: 'inline-block' }}
              aria-hidden="true"
            />{' '}
            {label.name}
          </span>
        )}
        <span className="topsdl-Labeling-spacer" />
        <span>
          {position + 1} / {count}
        </span>
        <Button
          minimal
          icon={caretLeftIcon}
          label={trans.__('Previous image')}
          disabled={position === 0}
          onClick={() => props.onMove(-1)}
        />
        <Button
          minimal
          icon={caretRightIcon}
          label={trans.__('Next image')}
          disabled={position >= count - 1}
          onClick={() => props.onMove(1)}
        />
        <Button minimal icon={closeIcon} label={trans.__('Close')} onClick={props.onClose} />
      </header>
      <img
        src={props.source}
        alt={image.name}
        className={Math.max(image.width, image.height) < SMALL ? 'topsdl-mod-small' : ''}
      />
    </div>
  );
}
