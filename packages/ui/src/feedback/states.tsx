import { refreshIcon, type LabIcon } from '@jupyterlab/ui-components';
import type { JSX, ReactNode } from 'react';
import { useTops } from '../host.tsx';
import { describeError } from './sentences.ts';

/** An error in the place of what it kept from showing, with a way to try again. */
export function ErrorState(props: { error: unknown; retry?: () => void }): JSX.Element {
  const host = useTops();
  const { trans } = host;
  return (
    <div className="topsdl-State topsdl-mod-error" role="alert">
      <p>{describeError(host, props.error)}</p>
      {props.retry && (
        <Button icon={refreshIcon} onClick={props.retry}>
          {trans.__('Try Again')}
        </Button>
      )}
    </div>
  );
}

/** What a list is for, where it has nothing yet, with the first thing to do. */
export function EmptyState(props: { children: ReactNode; action?: ReactNode }): JSX.Element {
  return (
    <div className="topsdl-State">
      <p>{props.children}</p>
      {props.action}
    </div>
  );
}

export function Loading(props: { label?: string }): JSX.Element {
  const { trans } = useTops();
  return (
    <div className="topsdl-State topsdl-mod-loading" role="status">
      <span className="topsdl-Spinner" aria-hidden="true" />
      {props.label ?? trans.__('Loading…')}
    </div>
  );
}

export interface ButtonProps {
  readonly children?: ReactNode;
  readonly icon?: LabIcon | undefined;
  readonly primary?: boolean;
  readonly danger?: boolean;
  /** Without a frame. */
  readonly minimal?: boolean;
  /** Greyed out, without effect; it can still have the focus, and say why in its title. */
  readonly disabled?: boolean;
  readonly title?: string;
  /** Name of a button that shows its icon only. */
  readonly label?: string;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly submit?: boolean;
  onClick?(event: React.MouseEvent<HTMLButtonElement>): void;
}

/** A button in JupyterLab's style. */
export function Button(props: ButtonProps): JSX.Element {
  const { children, icon: Icon, primary, danger, minimal, disabled } = props;
  const look = minimal
    ? 'topsdl-Button topsdl-mod-minimal'
    : `topsdl-Button ${primary ? 'topsdl-mod-primary' : ''}`;
  return (
    <button
      type={props.submit ? 'submit' : 'button'}
      className={`${look} ${danger ? 'topsdl-mod-danger' : ''} ${children === undefined ? 'topsdl-mod-icon' : ''}`}
      // The attribute "disabled" would drop the focus of a button that is greyed out while it works.
      aria-disabled={disabled ? true : undefined}
      title={props.title ?? props.label}
      aria-label={props.label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      onClick={event => {
        if (disabled) {
          event.preventDefault();
        } else {
          props.onClick?.(event);
        }
      }}
    >
      {Icon && <Icon.react tag="span" width="14px" className="topsdl-Button-icon" />}
      {children}
    </button>
  );
}
