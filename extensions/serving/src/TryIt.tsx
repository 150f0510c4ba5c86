import { Button, Segments, useKept, useTops } from '@topsdl/ui';
import { useRef, useState, type FormEvent, type JSX } from 'react';

/** An answer, as it is shown. */
interface Answer {
  readonly status: number;
  readonly milliseconds: number;
  readonly type: string;
  readonly text: string;
}

/** Bytes of an answer that are shown; the rest is said to be there. */
const SHOWN = 64 * 1024;

/** Sends a request to the service and shows what it answers: as text, never as a page. */
export function TryIt({ address, hasGray }: { address: string; hasGray: boolean }): JSX.Element {
  const { trans } = useTops();
  const [method, setMethod] = useKept<'POST' | 'GET'>('try:method', 'POST');
  const [path, setPath] = useKept('try:path', '/predict');
  const [kind, setKind] = useState<'file' | 'text'>('file');
  const [role, setRole] = useState<'split' | 'production' | 'gray'>('split');
  const [text, setText] = useState('{}');
  const [file, setFile] = useState<File | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    setSending(true);
    setFailure(null);
    setAnswer(null);
    const body = method === 'GET' ? null : kind === 'file' ? file : text;
    const began = performance.now();
    try {
      const response = await fetch(address.replace(/\/$/, '') + '/' + path.replace(/^\//, ''), {
        method,
        body,
        credentials: 'same-origin',
        headers: {
          'X-TopsDL-Client': 'topsdl',
          ...(role === 'split' ? {} : { 'X-TopsDL-Version': role }),
          ...(method === 'POST' && kind === 'text' ? { 'Content-Type': 'application/json' } : {})
        }
      });
      const bytes = await response.arrayBuffer();
      const shown = new TextDecoder().decode(bytes.slice(0, SHOWN));
      setAnswer({
        status: response.status,
        milliseconds: performance.now() - began,
        type: response.headers.get('Content-Type') ?? '',
        text: bytes.byteLength > SHOWN ? `${shown}\n…` : pretty(shown)
      });
    } catch {
      setFailure(trans.__('The service could not be reached.'));
    } finally {
      setSending(false);
    }
  };

  return (
    <form className="topsdl-TryIt" onSubmit={event => void send(event)}>
      <div className="topsdl-TryIt-line">
        <select
          className="topsdl-Input"
          aria-label={trans.__('Method')}
          value={method}
          onChange={event => setMethod(event.target.value === 'GET' ? 'GET' : 'POST')}
        >
          <option>POST</option>
          <option>GET</option>
        </select>
        <input
          className="topsdl-Input"
          aria-label={trans.__('Path')}
          value={path}
          onChange={event => setPath(event.target.value)}
        />
        {hasGray && (
          <Segments
            label={trans.__('Which version answers')}
            value={role}
            onChange={setRole}
            options={[
              { value: 'split', label: trans.__('By share') },
              { value: 'production', label: trans.__('Production') },
              { value: 'gray', label: trans.__('Gray') }
            ]}
          />
        )}
        <Button
          submit
          primary
          disabled={sending || (method === 'POST' && kind === 'file' && !file)}
        >
          {trans.__('Send')}
        </Button>
      </div>
      {method === 'POST' && (
        <div className="topsdl-TryIt-line">
          <Segments
            label={trans.__('What is sent')}
            value={kind}
            onChange={setKind}
            options={[
              { value: 'file', label: trans.__('File') },
              { value: 'text', label: 'JSON' }
            ]}
          />
          {kind === 'file' ? (
            <>
              <Button onClick={() => input.current?.click()}>{trans.__('Choose a File…')}</Button>
              <input
                ref={input}
                type="file"
                hidden
                aria-label={trans.__('File to send')}
                onChange={event => setFile(event.target.files?.[0] ?? file)}
              />
              <span className="topsdl-mod-muted">{file?.name ?? trans.__('none yet')}</span>
            </>
          ) : (
            <textarea
              className="topsdl-Input"
              aria-label={trans.__('JSON to send')}
              rows={5}
              value={text}
              onChange={event => setText(event.target.value)}
            />
          )}
        </div>
      )}
      {failure && <p role="alert">{failure}</p>}
      {answer && (
        <section aria-label={trans.__('Answer')} aria-live="polite">
          <p>
            <strong>{answer.status}</strong> · {Math.round(answer.milliseconds)} ms · {answer.type}
          </p>
          <pre>{answer.text}</pre>
        </section>
      )}
    </form>
  );
}

/** JSON laid out; anything else as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
