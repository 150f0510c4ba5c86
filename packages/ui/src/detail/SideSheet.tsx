import { closeIcon } from '@jupyterlab/ui-components';
import { useEffect, useRef, type JSX, type ReactNode } from 'react';
import { Button } from '../feedback/states.tsx';
import { useTrans } from '../host.tsx';

export interface SideSheetProps {
  readonly title: string;
  /** False where what is inside has a header of its own. */
  readonly header?: boolean;
  onClose(): void;
  readonly children: ReactNode;
}

/** A sheet at the right of a panel, beside what it is about. It takes the focus, and gives it back. */
export function SideSheet({
  title,
  header = true,
  onClose,
  children
}: SideSheetProps): JSX.Element {
  const trans = useTrans();
  const node = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const first = node.current?.querySelector<HTMLElement>(
      '.topsdl-Field :is(input, select, textarea), input, button'
    );
    (first ?? node.current)?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, []);
  return (
    <aside
      ref={node}
      className="topsdl-SideSheet"
      aria-label={title}
      tabIndex={-1}
      onKeyDown={event => {
        if (event.key === 'Escape' && !event.defaultPrevented) {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      {header && (
        <header className="topsdl-SideSheet-header">
          <h2>{title}</h2>
          <Button minimal icon={closeIcon} label={trans.__('Close')} onClick={onClose} />
        </header>
      )}
      {children}
    </aside>
  );
}
