import { useState, type JSX } from 'react';
import { Loading } from '../feedback/states.tsx';

export interface FrameProps {
  readonly src: string;
  readonly title: string;
  /**
   * Whether what is framed may act as this origin. True only for our own pages that need their cookies,
   * such as TensorBoard behind the companion; what services answer with is never that.
   */
  readonly sameOrigin?: boolean;
  /** May open a download or a new window. */
  readonly downloads?: boolean;
}

/** A page inside a panel, walled in. */
export function Frame({ src, title, sameOrigin, downloads }: FrameProps): JSX.Element {
  const [ready, setReady] = useState(false);
  const allowed = [
    'allow-scripts',
    'allow-forms',
    ...(sameOrigin ? ['allow-same-origin'] : []),
    ...(downloads ? ['allow-downloads', 'allow-popups'] : [])
  ];
  return (
    <div className="topsdl-Frame">
      {!ready && <Loading />}
      <iframe
        src={src}
        title={title}
        sandbox={allowed.join(' ')}
        referrerPolicy="no-referrer"
        onLoad={() => setReady(true)}
      />
    </div>
  );
}
