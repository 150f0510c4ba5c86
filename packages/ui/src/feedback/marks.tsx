import type { JSX, ReactNode } from 'react';
import type { Tone } from '../list/rows.ts';

/** A state as a coloured dot, with its word for those who do not see colours. */
export function Dot({ tone, text }: { tone: Tone; text?: string | undefined }): JSX.Element {
  return (
    <span
      className={`topsdl-Dot topsdl-mod-${tone}`}
      title={text}
      {...(text ? { role: 'img', 'aria-label': text } : { 'aria-hidden': true })}
    />
  );
}

/** A state as a word in a pill. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }): JSX.Element {
  return <span className={`topsdl-Badge topsdl-mod-${tone}`}>{children}</span>;
}

export interface ProgressBarProps {
  /** Of 1; null while it is not known how much there is to do. */
  readonly share: number | null;
  readonly small?: boolean;
  readonly label?: string;
  readonly tone?: Tone;
}

export function ProgressBar({ share, small, label, tone }: ProgressBarProps): JSX.Element {
  const percent = share === null ? undefined : Math.round(Math.max(0, Math.min(1, share)) * 100);
  return (
    <span
      className={`topsdl-Progress ${small ? 'topsdl-mod-small' : ''} ${share === null ? 'topsdl-mod-unknown' : ''} ${tone ? `topsdl-mod-${tone}` : ''}`}
      role="progressbar"
      aria-label={label ?? (percent === undefined ? '…' : `${percent} %`)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={{ width: `${percent ?? 100}%` }} />
    </span>
  );
}
