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
        onLoad={event => {
          setReady(true);
          if (sameOrigin) {
            forwardKeys(event.currentTarget);
          }
        }}
      />
    </div>
  );
}

/**
 * Hands on keys with Ctrl, Alt or the command key that the framed page has no use for: JupyterLab does
 * not hear what is pressed in a frame, and who has no pointer could not leave it for the palette.
 */
function forwardKeys(frame: HTMLIFrameElement): void {
  frame.contentDocument?.addEventListener('keydown', event => {
    const { ctrlKey, altKey, metaKey, shiftKey, key, code, keyCode } = event;
    if ((ctrlKey || altKey || metaKey) && !event.defaultPrevented) {
      const pressed = { ctrlKey, altKey, metaKey, shiftKey, key, code, keyCode };
      const again = new KeyboardEvent('keydown', { ...pressed, bubbles: true, cancelable: true });
      frame.dispatchEvent(again);
      if (again.defaultPrevented) {
        event.preventDefault();
      }
    }
  });
}
