import { copyIcon } from '@jupyterlab/ui-components';
import { useEffect, useState, type JSX } from 'react';
import { useTops } from '../host.tsx';
import { copyText } from './copy.ts';
import { reportError } from './report.ts';

/** An id, a path or an address that a click copies. */
export function CopyId({ text, shown = text }: { text: string; shown?: string }): JSX.Element {
  const host = useTops();
  const { trans } = host;
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) {
      return undefined;
    }
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      className="topsdl-CopyId"
      title={trans.__('Copy %1', text)}
      onClick={() =>
        void copyText(text).then(
          () => setCopied(true),
          (error: unknown) => reportError(host, error)
        )
      }
    >
      <code>{shown}</code>
      <copyIcon.react tag="span" width="12px" />
      <span role="status">{copied ? trans.__('Copied') : ''}</span>
    </button>
  );
}
