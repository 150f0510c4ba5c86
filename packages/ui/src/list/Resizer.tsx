import { useRef, type JSX, type KeyboardEvent, type PointerEvent } from 'react';
import { useTrans } from '../host.tsx';

/** Pixels that a section keeps at least: its header and two rows. */
export const LEAST_HEIGHT = 76;
/** Pixels that an arrow key moves the edge by: a row. */
const STEP = 24;

export interface ResizerProps {
  readonly label: string;
  /** Id of what is made larger and smaller. */
  readonly controls: string;
  /** Pixels; null while the content decides. */
  readonly height: number | null;
  onChange(height: number | null): void;
}

/** What a key makes of a height; undefined for the keys of others. */
export function heightFor(key: string, height: number): number | null | undefined {
  switch (key) {
    case 'ArrowDown':
      return height + STEP;
    case 'ArrowUp':
      return Math.max(LEAST_HEIGHT, height - STEP);
    case 'Home':
      return LEAST_HEIGHT;
    case 'End':
      return null;
    default:
      return undefined;
  }
}

/**
 * The lower edge of a section, moved by pointer or arrow keys; a double click or End leaves the height
 * to the content again.
 */
export function Resizer({ label, controls, height, onChange }: ResizerProps): JSX.Element {
  const trans = useTrans();
  const from = useRef<{ readonly y: number; readonly height: number } | null>(null);
  const drawn = (node: HTMLElement) => node.parentElement?.clientHeight ?? LEAST_HEIGHT;
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button === 0) {
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      from.current = { y: event.clientY, height: drawn(event.currentTarget) };
    }
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (from.current) {
      onChange(Math.max(LEAST_HEIGHT, from.current.height + event.clientY - from.current.y));
    }
  };
  const end = () => {
    from.current = null;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const next = heightFor(event.key, drawn(event.currentTarget));
    if (next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      onChange(next);
    }
  };
  return (
    <div
      className="topsdl-Section-resizer"
      role="separator"
      aria-orientation="horizontal"
      aria-label={label}
      aria-controls={controls}
      aria-valuemin={LEAST_HEIGHT}
      aria-valuenow={height ?? LEAST_HEIGHT}
      aria-valuetext={height === null ? trans.__('as high as its rows') : undefined}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={end}
      onPointerCancel={end}
      onDoubleClick={() => onChange(null)}
      onKeyDown={onKeyDown}
    />
  );
}
