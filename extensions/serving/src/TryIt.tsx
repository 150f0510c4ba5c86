import { Button, Segments, useKept, useTops } from '@topsdl/ui';
import { useEffect, useRef, useState, type FormEvent, type JSX } from 'react';
import { tryService, type Answer } from './trying.ts';

/** Sends a request to the service and shows what it answers: as text, never as a page. */
export function TryIt({ address, hasGray }: { address: string; hasGray: boolean }): JSX.Element {
  const { trans } = useTops();
  const roles = { production: trans.__('Production'), gray: trans.__('Gray') };
  const [method, setMethod] = useKept<'POST' | 'GET'>('try:method', 'POST');
  const [path, setPath] = useKept('try:path', '/predict');
  const [kind, setKind] = useState<'file' | 'text'>('file');
  const [role, setRole] = useState<'split' | 'production' | 'gray'>('split');
  const [text, setText] = useState('{}');
  const [file, setFile] = useState<File | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [sending, setSending] = useState<AbortController | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => () => sending?.abort(), [sending]);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    const controller = new AbortController();
    setSending(controller);
    setFailure(null);
    setAnswer(null);
    let answered = false;
    try {
      await tryService(
        address.replace(/\/$/, '') + '/' + path.replace(/^\//, ''),
        {
          method,
          body: method === 'GET' ? null : kind === 'file' ? file : text,
          credentials: 'same-origin',
          headers: {
            'X-TopsDL-Client': 'topsdl',
            ...(role === 'split' ? {} : { 'X-TopsDL-Version': role }),
            ...(method === 'POST' && kind === 'text' ? { 'Content-Type': 'application/json' } : {})
          },
          signal: controller.signal
        },
        seen => {
          answered = true;
          setAnswer(seen);
        }
      );
    } catch {
      if (!controller.signal.aborted) {
        setFailure(
          answered
            ? trans.__('The answer broke off.')
            : trans.__('The service could not be reached.')
        );
      }
    } finally {
      setSending(null);
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
              { value: 'production', label: roles.production },
              { value: 'gray', label: roles.gray }
            ]}
          />
        )}
        <Button
          submit
          primary
          disabled={!!sending || (method === 'POST' && kind === 'file' && !file)}
        >
          {trans.__('Send')}
        </Button>
        {sending && <Button onClick={() => sending.abort()}>{trans.__('Stop')}</Button>}
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
            {answer.role && <> · {roles[answer.role]}</>}
          </p>
          <pre>{answer.text}</pre>
        </section>
      )}
    </form>
  );
}
